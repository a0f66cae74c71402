package org.posthouse.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;
import org.posthouse.queue.Queue.Entry;
import org.posthouse.queue.Queue.Waiting;
import org.posthouse.swap.Plugins;

/** {@code posthouse queue}: shows what waits, in the shape of {@code mailq}, and lets the operator decide about it. */
public final class QueueCommand implements Command {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss", Locale.ENGLISH);
    private static final int PAGE = 500;
    private static final int MOST_SORTED = 10_000;
    private static final int LARGEST_HEADER = 64 * 1024;

    private interface OnOne {
        boolean done(String id) throws IOException;
    }

    private interface OnEach {
        void see(Entry entry) throws IOException;
    }

    private final PluginQueue queue;
    private final Courier courier;
    private final ZoneId zone;

    /** @param zone whose times are shown; JSON has UTC */
    public QueueCommand(Plugins<Queue> queues, Courier courier, ZoneId zone) {
        this.queue = new PluginQueue(queues);
        this.courier = courier;
        this.zone = zone;
    }

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public String usage() {
        return """
                list [SELECTION] [--json]  what waits: * is tried now, ! is held; --json for one object a line
                show ID  a message's envelope and header
                hold ID...|SELECTION  keep messages back
                release ID...|SELECTION  let held messages go
                requeue ID...|SELECTION  route messages anew
                remove ID...|SELECTION  take messages away; nobody is told
                flush [ID...|SELECTION]  try now what waits
                SELECTION is any of --sender ADDRESS|DOMAIN|<>, --recipient ADDRESS|DOMAIN, --destination smtp:HOST|HOST,
                    --older 2d, --reason TEXT, or --all""";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws IOException {
        var words = new ArrayList<>(args);
        boolean json = words.remove("--json");
        var verb = words.isEmpty() ? "" : words.removeFirst();
        var selection = Selection.of(words);
        boolean understood = selection.isPresent() && switch (verb) {
            case "list" -> selection.get().ids().isEmpty();
            case "show" -> selection.get().ids().size() == 1 && !json;
            case "hold", "release", "requeue", "remove" -> !selection.get().isEmpty() && !json;
            default -> verb.equals("flush") && !json;
        };
        if (!understood) {
            err.println("posthouse queue: say list, show ID, or hold, release, requeue, remove or flush with IDs or " + Selection.OPTIONS
                    + "; posthouse help tells more");
            return 2;
        }
        var some = selection.get();
        return switch (verb) {
            case "list" -> list(some, json, out);
            case "show" -> show(words.getFirst(), out, err);
            case "hold" -> each(some, Optional.empty(), id -> queue.call(q -> q.hold(id, "by the operator")), out, err);
            case "release" -> each(some, Optional.of(Boolean.TRUE), id -> queue.call(q -> q.release(id)), out, err);
            case "requeue" -> each(some, Optional.empty(), courier::requeue, out, err);
            case "remove" -> each(some, Optional.empty(), id -> queue.call(q -> q.remove(id)), out, err);
            default -> flush(some, out, err);
        };
    }

    private int flush(Selection some, PrintStream out, PrintStream err) throws IOException {
        courier.hurry();
        var all = some.isEmpty() ? new Selection(List.of(), Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), true) : some;
        return each(all, Optional.of(Boolean.FALSE), id -> queue.call(q -> hurry(q, id)), out, err);
    }

    private void all(OnEach each) throws IOException {
        Optional<String> last = Optional.empty();
        while (true) {
            var after = last;
            var page = queue.call(q -> q.browse(after, PAGE));
            if (page.isEmpty()) {
                return;
            }
            for (var entry : page) {
                each.see(entry);
            }
            last = Optional.of(page.getLast().item().id());
        }
    }

    /** The oldest first; of a long queue only the first of them are put in order, so that memory stays small. */
    private int list(Selection some, boolean json, PrintStream out) throws IOException {
        var now = Instant.now();
        var sorted = new ArrayList<Entry>();
        long[] count = {0, 0};
        if (!json) {
            out.println("ID                              Size  Arrived              Sender / recipients");
        }
        all(entry -> {
            if (!some.fits(entry, now)) {
                return;
            }
            count[0]++;
            count[1] += entry.sizeOctets();
            if (json) {
                out.println(Json.of(object(entry)));
            } else if (count[0] <= MOST_SORTED) {
                sorted.add(entry);
            } else {
                printSorted(sorted, out);
                print(entry, out);
            }
        });
        printSorted(sorted, out);
        if (!json) {
            out.println(count[0] == 0 ? "The queue is empty."
                    : "-- " + size(count[1]) + " in " + count[0] + (count[0] == 1 ? " message." : " messages."));
        }
        return 0;
    }

    private void printSorted(List<Entry> sorted, PrintStream out) {
        sorted.sort(Comparator.comparing((Entry e) -> e.item().arrived()));
        sorted.forEach(entry -> print(entry, out));
        sorted.clear();
    }

    private void print(Entry entry, PrintStream out) {
        var item = entry.item();
        var mark = entry.owner().isPresent() ? "*" : item.held().isPresent() ? "!" : " ";
        out.printf("%-27s%9s  %s  <%s>%n", item.id() + mark, size(entry.sizeOctets()), TIME.format(item.arrived().atZone(zone)),
                item.from());
        item.held().ifPresent(why -> out.println("    (held: " + why + ")"));
        if (item.held().isEmpty() && entry.owner().isEmpty()) {
            out.println("    (" + (item.attempts() == 0 ? "" : "tried " + item.attempts() + "x, ") + "next " + when(entry.due()) + ")");
        }
        for (var leg : item.legs()) {
            leg.recipients().forEach(one -> print(leg, one, out));
        }
        out.println();
    }

    private static void print(Queue.Leg leg, Waiting one, PrintStream out) {
        out.println("        <" + one.to() + ">  " + leg.to() + one.last().map(last -> "  (" + last + ")").orElse(""));
    }

    private static String when(Instant due) {
        var left = Duration.between(Instant.now(), due);
        if (!left.isPositive()) {
            return "now";
        }
        return left.toMinutes() < 2 ? "in " + left.toSeconds() + " s" : left.toHours() < 2 ? "in " + left.toMinutes() + " min"
                : "in " + left.toHours() + " h";
    }

    private static String size(long octets) {
        return octets < 10_000 ? octets + " B" : octets < 10_000_000 ? octets / 1024 + " KB" : octets / (1024 * 1024) + " MB";
    }

    private static Map<String, Object> object(Entry entry) {
        var item = entry.item();
        var object = new LinkedHashMap<String, Object>();
        object.put("id", item.id());
        object.put("state", entry.owner().isPresent() ? "active" : item.held().isPresent() ? "held" : "waiting");
        object.put("arrived", item.arrived());
        object.put("size", entry.sizeOctets());
        object.put("from", item.from());
        object.put("attempts", item.attempts());
        object.put("due", item.held().isPresent() ? null : entry.due());
        object.put("held", item.held().orElse(null));
        var recipients = new ArrayList<Map<String, Object>>();
        for (var leg : item.legs()) {
            for (var one : leg.recipients()) {
                var recipient = new LinkedHashMap<String, Object>();
                recipient.put("to", one.to());
                recipient.put("where", leg.to());
                recipient.put("delivery", leg.id());
                recipient.put("last", one.last().orElse(null));
                recipients.add(recipient);
            }
        }
        object.put("recipients", recipients);
        return object;
    }

    private int show(String id, PrintStream out, PrintStream err) throws IOException {
        var found = queue.call(q -> q.find(id));
        if (found.isEmpty()) {
            return missing(id, err);
        }
        var entry = found.get();
        print(entry, out);
        entry.item().notes().forEach((key, value) -> out.println("    " + key + ": " + value));
        var first = new byte[(int) Math.min(LARGEST_HEADER, entry.sizeOctets())];
        int n = first.length == 0 ? 0 : queue.call(q -> q.read(id, 0, first));
        header(new String(first, 0, n, StandardCharsets.UTF_8), out);
        return 0;
    }

    /** What could make a terminal do something is left out. */
    private static void header(String text, PrintStream out) {
        for (var line : text.split("\r\n", -1)) {
            if (line.isEmpty()) {
                return;
            }
            out.println(line.replaceAll("[\\p{Cntrl}&&[^\t]]", "?"));
        }
    }

    private static int missing(String id, PrintStream err) {
        err.println("posthouse queue: there is no message " + id + "; posthouse queue list shows those there are");
        return 1;
    }

    /** @param held only of those that are held, or are not; said ids count in any case */
    private int each(Selection some, Optional<Boolean> held, OnOne what, PrintStream out, PrintStream err) throws IOException {
        int[] count = {0, 0};
        for (var id : some.ids()) {
            if (what.done(id)) {
                count[0]++;
            } else {
                count[1] = missing(id, err);
            }
        }
        if (some.hasOptions()) {
            var now = Instant.now();
            all(entry -> {
                boolean meant = held.isEmpty() || held.get() == entry.item().held().isPresent();
                if (meant && some.fits(entry, now) && what.done(entry.item().id())) {
                    count[0]++;
                }
            });
        }
        courier.wake();
        out.println(count[0] == 1 ? "1 message" : count[0] + " messages");
        return count[1];
    }

    /** A held one stays held. */
    private static boolean hurry(Queue queue, String id) throws IOException {
        var found = queue.find(id);
        return found.isPresent() && (found.get().item().held().isPresent() || queue.release(id));
    }
}
