package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** Any text is encoded as printable ASCII and comes back; anything is decoded to something. */
final class ModifiedUtf7FuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var text = new String(input, StandardCharsets.UTF_8);
        for (int direct = 0; direct < 2; direct++) {
            boolean dots = direct == 0;
            var encoded = ModifiedUtf7.encode(text, c -> dots || c != '.');
            assertTrue(encoded.chars().allMatch(c -> c >= ' ' && c <= '~'), encoded);
            assertEquals(text, ModifiedUtf7.decode(encoded));
        }
        ModifiedUtf7.encode(new String(input, StandardCharsets.UTF_16BE), c -> true);
        ModifiedUtf7.decode(new String(input, StandardCharsets.ISO_8859_1));
    }

    @Override
    public List<String> seeds() {
        return List.of("Sent/2026", "Entw&APw-rfe", "&-&AC4-&", "\u00c3\u00bc & \u00f0\u009f\u0090\u008e", "&2D3cDg-", "&AAAA-", "&ZeVnLIqe-");
    }
}
