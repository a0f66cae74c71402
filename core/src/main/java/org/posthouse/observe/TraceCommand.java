package org.posthouse.observe;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows what happened to a session or message. */
public final class TraceCommand implements Command {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, yyyy-MM-dd (xxx)", Locale.ENGLISH);

    private final FileTrace trace;
    private final ZoneId zone;

    /** @param zone whose times are shown; JSON has UTC */
    public TraceCommand(FileTrace trace, ZoneId zone) {
        this.trace = trace;
        this.zone = zone;
    }

    @Override
    public String name() {
        return "trace";
    }

    @Override
    public String usage() {
        return """
                ID-PREFIX [--json]  what happened to a session or message, and to all that came of it
                --last N [--json]  the last N events""";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws IOException, InterruptedException {
        var words = new ArrayList<>(args);
        boolean json = words.remove("--json");
        boolean last = words.remove("--last");
        if (words.size() != 1 || !words.getFirst().matches(last ? "\\d{1,5}" : "[^-].*")) {
            err.println("posthouse trace: say which: trace ID-PREFIX, or trace --last N; --json for one object a line");
            return 2;
        }
        var events = last ? trace.last(Integer.parseInt(words.getFirst())) : trace.find(words.getFirst());
        if (events.isEmpty() && !last) {
            err.println("posthouse trace: nothing is known of " + words.getFirst() + "; posthouse trace --last 20 shows ids");
            return 1;
        }
        if (json) {
            events.forEach(event -> out.println(EventLine.json(event)));
        } else {
            print(events, out);
        }
        return 0;
    }

    /** Columns: time, what has passed since the event before, id, what, values; a line for each new day. */
    private void print(List<Event> events, PrintStream out) {
        int ids = width(events.stream().map(Event::id).toList());
        int whats = width(events.stream().map(Event::what).toList());
        var day = LocalDate.MIN;
        var before = Instant.MAX;
        for (var event : events) {
            var at = event.at().atZone(zone);
            if (!at.toLocalDate().equals(day)) {
                day = at.toLocalDate();
                out.println(DAY.format(at));
            }
            var line = String.format(Locale.ROOT, "%s %9s  %-" + ids + "s  %-" + whats + "s  %s", TIME.format(at),
                    passed(before, event.at()), EventLine.word(event.id()), EventLine.word(event.what()), values(event.values()));
            out.println(line.stripTrailing());
            before = event.at();
        }
    }

    private static int width(List<String> words) {
        return words.stream().mapToInt(w -> EventLine.word(w).length()).max().orElse(1);
    }

    private static String passed(Instant before, Instant now) {
        if (before.isAfter(now)) {
            return "";
        }
        var passed = Duration.between(before, now);
        if (passed.compareTo(Duration.ofMinutes(1)) < 0) {
            return String.format(Locale.ROOT, "+%.3fs", passed.toNanos() / 1e9);
        }
        return passed.toHours() < 1 ? "+" + passed.toMinutes() + "m" : "+" + passed.toHours() + "h";
    }

    private static String values(Map<String, String> values) {
        return values.entrySet().stream().map(v -> EventLine.key(v.getKey()) + "=" + EventLine.word(v.getValue()))
                .collect(Collectors.joining(" "));
    }
}
