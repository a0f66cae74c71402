package org.posthouse.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.posthouse.message.Status;

/**
 * A message's octets as Intake reads them. Its end is seen only by a message that was whole and kept to the rules; any other
 * ends in an IOException, and afterwards {@link #fault} or {@link #broken} says why.
 */
final class MessageStream extends InputStream {
    private static final int BLOCK_OCTETS = 8_192;

    private final Framing framing;
    private final LineRules rules;
    private final long mostOctets;
    private final Clock clock;
    private final Instant deadline;
    private long octets;
    private boolean ended;
    private Optional<IOException> broken = Optional.empty();

    MessageStream(Framing framing, SmtpSettings settings, LineRules.Form form, Clock clock) {
        this.framing = framing;
        this.clock = clock;
        rules = new LineRules(settings.maxLineOctets(), settings.maxSizeOctets(), form);
        mostOctets = Math.max(2 * settings.maxSizeOctets(), settings.maxSizeOctets() + BLOCK_OCTETS);
        deadline = clock.instant().plus(settings.times().message());
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = ended ? -1 : next(framing, into, from, length);
        if (count < 0) {
            ended = true;
            rules.end();
        } else {
            rules.check(into, from, count);
        }
        if (rules.fault().isPresent()) {
            throw new IOException("refused: " + rules.fault().get());
        }
        return count;
    }

    private int next(Framing source, byte[] into, int from, int length) throws IOException {
        if (broken.isPresent()) {
            throw broken.get();
        }
        try {
            if (clock.instant().isAfter(deadline)) {
                throw new SocketTimeoutException("the message takes too long");
            }
            int count = source.read(into, from, length);
            octets += Math.max(count, 0);
            return count;
        } catch (IOException e) {
            broken = Optional.of(e);
            throw e;
        }
    }

    /** The rule the message broke, if it did so far. */
    Optional<Status> fault() {
        return rules.fault();
    }

    /** Whether the client's octets came to no end: it is gone, too slow, or gave up the message. */
    Optional<IOException> broken() {
        return broken;
    }

    /** Whether the message was read to its end and is in order. */
    boolean whole() {
        return ended && fault().isEmpty();
    }

    /**
     * Drops what the client sends of this message before it looks at the reply. Gives up beyond twice the largest size:
     * then false, and what comes next on the connection is no command.
     */
    boolean drain() throws IOException {
        var dropped = new byte[BLOCK_OCTETS];
        var rest = framing.remainder();
        while (!ended && octets <= mostOctets) {
            ended = next(rest, dropped, 0, dropped.length) < 0;
        }
        return ended;
    }
}
