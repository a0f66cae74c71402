package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** A destination is read, or it is none. */
final class TargetFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        Target.parse(new String(input, StandardCharsets.UTF_8), 25).ifPresent(target -> {
            assertTrue(target.port() >= 1 && target.port() <= 65_535);
            assertTrue(!target.name().isEmpty() && target.name().indexOf(']') < 0);
        });
    }

    @Override
    public List<String> seeds() {
        return List.of("example.test", "example.test:2525", "[mx.test]:587", "[192.0.2.1]", "[999.0.0.1]", "[IPv6:2001:db8::1]:25", "[::]", "[[a]]", "[:::::]");
    }

    @Override
    public int longest() {
        return 400;
    }
}
