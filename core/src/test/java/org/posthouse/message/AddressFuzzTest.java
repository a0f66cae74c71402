package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;

/** What is an address is written as one that is read as the same. */
final class AddressFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        check(new String(input, StandardCharsets.UTF_8));
        check(new String(input, StandardCharsets.UTF_16BE)); // lone surrogates
    }

    private static void check(String text) {
        Address.parse(text).ifPresent(address -> assertEquals(Optional.of(address), Address.parse(address.toString()), text));
    }

    @Override
    public List<String> seeds() {
        return List.of("ann@example.test", "\"a b\\\"c\"@example.test", "postmaster", "ann@[192.0.2.1]", "ann@[IPv6:2001:db8::1]",
                "ann@[ipv6:::ffff:192.0.2.1]", "\u00c3\u00bc@b\u00c3\u00bccher.test", "a@\u00d7\u00a9\u00d7\u0090.test", "\"\"@x", "ann+tag@a-b.c",
                "a@" + "x".repeat(63) + ".test", "\0a\0@\0b");
    }
}
