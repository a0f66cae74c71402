package org.posthouse.smtp;

import java.io.IOException;

/**
 * Takes a line feed without a carriage return for the end of a line, as programs send it that hand over a file as it is. It never
 * ends a message: where that ends is found before, by CR LF alone. What comes out has CR LF everywhere, so that nobody after this
 * server can see more lines than it saw. A bare carriage return is passed on, for {@link LineRules} to refuse.
 */
final class UnixLines implements Framing {
    /** Whether dots at the beginning of lines are doubled, as after DATA (RFC 5321 §4.5.2), also of lines that only a line feed began. */
    enum Dots { DOUBLED, AS_THEY_ARE }

    private static final int BLOCK_OCTETS = 4_096;

    private final Framing from;
    private final Dots dots;
    private final byte[] block = new byte[BLOCK_OCTETS];
    private int next;
    private int end;
    private byte before;
    private boolean owesLineFeed;
    private boolean unixLine;
    private boolean dotAtStart;

    UnixLines(Framing from, Dots dots) {
        this.from = from;
        this.dots = dots;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
        int to = at;
        while (to == at) {
            if (next == end && !owesLineFeed && !refill()) {
                return -1;
            }
            while (to < at + length && (next < end || owesLineFeed)) {
                int plain = Math.min(plain(), at + length - to);
                to = plain > 0 ? pass(plain, into, to) : take(into, to);
            }
        }
        return to - at;
    }

    private boolean refill() throws IOException {
        next = 0;
        end = Math.max(0, from.read(block, 0, block.length));
        return end > 0;
    }

    /** How many octets from here on can be passed on as they are: most of them, looked at quickly. */
    private int plain() {
        if (owesLineFeed || unixLine || dotAtStart) {
            return 0;
        }
        int i = next;
        while (i < end && (block[i] != '\n' || (i == next ? before : block[i - 1]) == '\r')) {
            i++;
        }
        return i - next;
    }

    private int pass(int count, byte[] into, int to) {
        System.arraycopy(block, next, into, to, count);
        next += count;
        before = block[next - 1];
        return to + count;
    }

    /** Puts at most one octet. */
    private int take(byte[] into, int to) {
        if (owesLineFeed) {
            owesLineFeed = false;
            unixLine = true;
            into[to] = before = '\n';
            return to + 1;
        }
        byte octet = block[next];
        if (octet == '\n' && before != '\r') {
            next++;
            owesLineFeed = true;
            into[to] = '\r';
            return to + 1;
        }
        next++;
        if (octet == '.' && dotAtStart) {
            dotAtStart = false;
            return to; // the second of two
        }
        dotAtStart = octet == '.' && unixLine && dots == Dots.DOUBLED;
        unixLine = false;
        into[to] = before = octet;
        return to + 1;
    }

    /** What follows in any case ends the same way. */
    @Override
    public Framing remainder() {
        return from.remainder();
    }
}
