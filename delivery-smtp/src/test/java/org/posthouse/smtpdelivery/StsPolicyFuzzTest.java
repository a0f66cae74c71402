package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;

/** A policy is read and can be kept, or it is none. */
final class StsPolicyFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        StsPolicy.read(text);
        StsPolicy.parse("id", text.lines().toList(), Instant.EPOCH).ifPresent(policy -> {
            assertFalse(policy.expires().isBefore(Instant.EPOCH));
            policy.covers("mx.example.test");
            assertEquals(Optional.of(policy), StsPolicy.read(policy.written()));
        });
    }

    @Override
    public List<String> seeds() {
        return List.of("version: STSv1\r\nmode: enforce\r\nmx: *.a.test\r\nmx: b.test\r\nmax_age: 86400\r\n", "version: STSv1\nmode: none\nmax_age: 0",
                "version: STSv1\nmode: testing\nmx: a b,c\nmax_age: 9999999999", "id ENFORCE 1970-01-01T00:00:00Z a.test");
    }
}
