package org.posthouse.observe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.posthouse.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code var/trace/YYYY-MM-DD.log}, a file a day (UTC) with an {@link EventLine} an event. A file that is opened again gets
 * an empty line first, so that a line torn by a crash spoils no other. Written by one thread, read by any.
 */
final class TraceFiles {
    static final int MOST_FOUND = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(TraceFiles.class);
    private static final String SUFFIX = ".log";

    private final Disk disk;
    private volatile int days = 14;
    private LocalDate day = LocalDate.MIN; // of the open file
    private Optional<Disk.Writing> open = Optional.empty();

    TraceFiles(Disk disk) {
        this.disk = disk;
    }

    void keep(int days) {
        this.days = days;
    }

    /** Appends the events to the file of their day; after an error the file is opened anew at the next call. */
    void write(List<Event> events) throws IOException {
        var lines = new StringBuilder();
        for (var event : events) {
            var date = event.at().atZone(ZoneOffset.UTC).toLocalDate();
            if (open.isEmpty() || date.isAfter(day)) {
                append(lines);
                lines.setLength(0);
                turnTo(date);
            }
            lines.append(EventLine.write(event)).append('\n');
        }
        append(lines);
    }

    private void append(CharSequence lines) throws IOException {
        if (lines.isEmpty()) {
            return;
        }
        try {
            open.orElseThrow().write(StandardCharsets.UTF_8.encode(lines.toString()));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void turnTo(LocalDate date) throws IOException {
        close();
        Path folder = folder();
        disk.folder(folder);
        var file = disk.append(folder.resolve(date + SUFFIX));
        open = Optional.of(file);
        day = date;
        if (file.size() > 0) {
            append("\n");
        }
        prune(date.minusDays(days));
    }

    private void prune(LocalDate oldest) throws IOException {
        for (var file : files().headMap(oldest).values()) {
            disk.delete(file);
        }
    }

    void close() {
        try {
            if (open.isPresent()) {
                open.get().close();
            }
        } catch (IOException e) {
            LOG.debug("closing a trace file: {}", e.toString());
        }
        open = Optional.empty();
    }

    private Path folder() throws IOException {
        try {
            return disk.var("trace");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** By day; other files in the folder are left alone. */
    private TreeMap<LocalDate, Path> files() throws IOException {
        var files = new TreeMap<LocalDate, Path>();
        try (var all = Files.newDirectoryStream(folder(), "*" + SUFFIX)) {
            for (var file : all) {
                var name = file.getFileName().toString();
                date(name.substring(0, name.length() - SUFFIX.length())).ifPresent(date -> files.put(date, file));
            }
        } catch (NoSuchFileException e) {
            return files; // nothing was traced yet
        }
        return files;
    }

    private static Optional<LocalDate> date(String name) {
        try {
            return Optional.of(LocalDate.parse(name));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    List<Event> find(String prefix) throws IOException {
        var found = new ArrayList<Event>();
        for (var file : files().values()) {
            read(file, event -> {
                if (found.size() < MOST_FOUND && (event.id().startsWith(prefix) || prefix.startsWith(event.id() + "."))) {
                    found.add(event);
                }
            });
        }
        if (found.stream().anyMatch(event -> event.id().equals(prefix))) {
            found.removeIf(event -> event.id().startsWith(prefix) && !(event.id() + ".").startsWith(prefix + "."));
        }
        return found;
    }

    List<Event> last(int most) throws IOException {
        int wanted = Math.min(most, MOST_FOUND);
        var last = new ArrayDeque<Event>();
        for (var file : files().descendingMap().values()) {
            var ofFile = new ArrayDeque<Event>();
            int missing = wanted - last.size();
            read(file, event -> {
                ofFile.add(event);
                if (ofFile.size() > missing) {
                    ofFile.remove();
                }
            });
            ofFile.descendingIterator().forEachRemaining(last::addFirst);
            if (last.size() >= wanted) {
                break;
            }
        }
        return List.copyOf(last);
    }

    private static void read(Path file, Consumer<Event> each) throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                EventLine.read(line).ifPresent(each);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} was pruned meanwhile", file);
        }
    }
}
