package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** A header of the PROXY protocol is read to its last octet or refused. */
final class ProxyHeaderFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var next = new int[1];
        try {
            ProxyHeader.parse(() -> {
                if (next[0] == input.length) {
                    throw new EOFException();
                }
                return input[next[0]++] & 0xff;
            }).ifPresent(header -> assertTrue(!header.remote().isUnresolved() && !header.local().isUnresolved(), header::toString));
        } catch (IOException expected) {
            // it is none
        }
    }

    @Override
    public List<String> seeds() {
        var signature = "\r\n\r\n\0\r\nQUIT\n";
        return List.of("PROXY TCP4 192.0.2.1 192.0.2.2 1 65535\r\n", "PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 0 25\r\n", "PROXY UNKNOWN x\r\n", "PROXY TCP4 1 2 3 4\r\n",
                signature + "\u0021\u0011\0\u000c\u00c0\0\u0002\u0001\u00c0\0\u0002\u0002\1\2\3\4", signature + "\u0020\0\0\0",
                signature + "\u0021\u0021\0\u0027" + "a".repeat(39), signature + "\u0021\u0031\0\1x");
    }

    @Override
    public int longest() {
        return 4200;
    }
}
