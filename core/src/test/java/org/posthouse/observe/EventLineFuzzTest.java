package org.posthouse.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;

/** What is read of a trace is written as one line that is read as the same; what is no event is passed over. */
final class EventLineFuzzTest implements FuzzTarget {
    private final Path file;
    private final TraceFiles files;

    EventLineFuzzTest() throws Exception {
        var home = Scratch.folder();
        file = Files.createDirectories(home.resolve("var/trace")).resolve("2026-01-01.log");
        files = new TraceFiles(new HomeDisk(home));
    }

    @Override
    public void take(byte[] input) throws Exception {
        EventLine.read(new String(input, StandardCharsets.UTF_8)).ifPresent(EventLineFuzzTest::check);
        Files.write(file, input);
        files.last(1).forEach(EventLineFuzzTest::check);
        files.find("S1");
    }

    private static void check(Event event) {
        var line = EventLine.write(event);
        assertTrue(line.lines().count() == 1, line);
        var again = EventLine.read(line).orElseThrow();
        assertEquals(Optional.of(again), EventLine.read(EventLine.write(again)), line);
        EventLine.json(event);
    }

    @Override
    public List<String> seeds() {
        return List.of("2026-01-01T00:00:00Z S1 connected from=192.0.2.1", "2026-01-01T00:00:00.123Z S1.1 \"a b\" k=\"\\u00e9\\\\\\\" \" k=v",
                "2026-01-01T00:00:00Z S1 x\n\n2026-01-01T00:00:01Z S1.2 queued to=b", "-1000000000-01-01T00:00:00Z a b", "x \" y", "a b c d=\"\\u12\"");
    }
}
