package org.posthouse.net;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.posthouse.message.SessionId;

/**
 * Gives each connection its id: 9 characters of time (milliseconds), 3 of a counter within it and 4 of a node, in lower-case
 * Crockford base32, so that ids of one server sort by time. The node is drawn anew at every start: it tells apart servers,
 * and starts between which the clock was set back.
 */
public final class SessionIds {
    private static final char[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final int TIME_AND_COUNT_DIGITS = 12;
    private static final int COUNT_BITS = 15;
    private static final int NODE_DIGITS = 4;

    private final InstantSource clock;
    private final String node;
    private final AtomicLong last = new AtomicLong();

    public SessionIds() {
        this(InstantSource.system(), new SecureRandom().nextInt(1 << 5 * NODE_DIGITS));
    }

    SessionIds(InstantSource clock, int node) {
        this.clock = clock;
        this.node = base32(node, NODE_DIGITS);
    }

    /** From any thread; never the same twice, though the clock may stand still or go back. */
    public SessionId next() {
        long now = clock.millis() << COUNT_BITS;
        return new SessionId(base32(last.updateAndGet(before -> Math.max(before + 1, now)), TIME_AND_COUNT_DIGITS) + node);
    }

    private static String base32(long number, int digits) {
        var text = new char[digits];
        for (int i = digits - 1, shift = 0; i >= 0; i--, shift += 5) {
            text[i] = DIGITS[(int) (number >>> shift) & 31];
        }
        return new String(text);
    }
}
