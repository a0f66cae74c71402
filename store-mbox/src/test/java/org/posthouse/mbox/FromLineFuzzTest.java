package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;

/** A line between two messages is written as one that is read as the same; what a header keeps of a message is read or left out. */
final class FromLineFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        FromLine.parse(text).ifPresent(line -> {
            assertTrue(line.text().startsWith("From ") && line.text().indexOf('\n') == line.text().length() - 1, line::text);
            var again = FromLine.parse(line.text().strip()).orElseThrow();
            assertEquals(Optional.of(again), FromLine.parse(again.text().strip()));
        });
        Marks.Id.parse(text).ifPresent(id -> assertEquals(Optional.of(id), Marks.Id.parse(id.line().substring(id.line().indexOf(' ')))));
        Marks.Base.parse(text).ifPresent(base -> assertEquals(base.validity(), Marks.Base.parse(base.line("X").substring(3)).orElseThrow().validity()));
        for (var field : List.of("x-uid", "status", "x-status", "x-keywords")) {
            Marks.NONE.with(field, text).lines("", 0);
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("From ann@example.test Thu Jan  1 00:00:00 1970", "From ann Thu Jan  1 00:00 1970", "From ann Thu Jan  1 00:00:00 MET DST 1970 remote from x",
                "From - Thu, 01 Jan 1970 00:00:00 +0000", "From a b Mon Tue Feb 29 23:59:60 2024 -9999", "From Thu Jan 1 0:00:00 9999", "9 0000000010 k l", "tag 5 0 bare", "t 999999999999999 ffffffff",
                "AFDT", "\u00ff k k K", "4294967295");
    }

    @Override
    public int longest() {
        return 600;
    }
}
