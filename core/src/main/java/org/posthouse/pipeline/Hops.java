package org.posthouse.pipeline;

import java.io.IOException;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;

/**
 * Stops mail that runs in circles by counting its {@code Received} fields (RFC 5321 §6.3). Reads the header only, and
 * without parsing it: every message passes here.
 */
final class Hops {
    static final int MOST = 100; // RFC 5321 §6.3: "normally at least 100"
    private static final byte[] RECEIVED = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd', ':'};

    private int hops;
    private int column;
    private int matched;

    private Hops() {}

    static void check(Content message) throws Refusal, IOException {
        var hops = new Hops();
        byte[] buffer = new byte[4_096];
        try (var in = message.open()) {
            for (int n; (n = in.read(buffer)) > 0;) {
                if (hops.endOfHeader(buffer, n)) {
                    break;
                }
            }
        }
        if (hops.hops > MOST) {
            throw new Refusal("5.4.6", "too many hops, this message is looping");
        }
    }

    private boolean endOfHeader(byte[] octets, int count) {
        for (int i = 0; i < count; i++) {
            byte octet = octets[i];
            if (octet == '\n') {
                if (column <= 1) {
                    return true;
                }
                hops += matched == RECEIVED.length ? 1 : 0;
                column = 0;
                matched = 0;
                continue;
            }
            if (matched == column && matched < RECEIVED.length && (octet | 0x20) == RECEIVED[matched]) {
                matched++;
            }
            column++;
        }
        return hops > MOST;
    }
}
