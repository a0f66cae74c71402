package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.net.Line;
import org.posthouse.net.Outgoing;
import org.posthouse.net.Trust;

/** What a server sends is replies, or the session is left; what is told of them is printable and short. */
final class ReplyFuzzTest implements FuzzTarget {
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final InetSocketAddress REMOTE = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);

    @Override
    public void take(byte[] input) {
        var host = new Host("mx.test", "test", REMOTE, "mx.test", Host.Found.EXCHANGER, Host.Assurance.UNSIGNED);
        var session = new Session(new Given(input), host, new Waits(WAIT, WAIT, WAIT, WAIT, WAIT, WAIT, WAIT, WAIT, WAIT));
        try {
            while (true) {
                var reply = session.reply(WAIT);
                assertTrue(reply.code() >= 200 && reply.code() <= 599);
                var status = reply.status(host.toString(), "RCPT");
                assertTrue(status.toString().chars().allMatch(c -> c >= ' ' && c <= '~'));
                assertTrue(Capabilities.of(reply).largest() >= 0);
            }
        } catch (IOException left) {
            assertTrue(left.getMessage().length() < 200);
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("220 mx.test\r\n", "250-mx.test\r\n250-SIZE 99999999999999999999\r\n250-AUTH=LOGIN PLAIN\r\n250 STARTTLS\r\n", "550 5.1.1 no\r\n",
                "550-5.1.1 a\r\n450 4.2.2 b\r\n", "250\r\n", "250-\r\n250 \r\n", "999 x\r\n", "\0\0\r\n", "354\n421 bye");
    }

    @Override
    public List<String> words() {
        return List.of("250-", "250 ", "\r\n", "SIZE ", "5.1.1 ");
    }

    /** A connection on which all has come already. */
    private static final class Given implements Outgoing {
        private final byte[] octets;
        private int at;

        Given(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public Line readLine(int most) {
            int end = at;
            while (end < octets.length && octets[end] != '\n') {
                end++;
            }
            var line = Arrays.copyOfRange(octets, at, end > at && end < octets.length && octets[end - 1] == '\r' ? end - 1 : end);
            boolean over = end == octets.length;
            at = Math.min(end + 1, octets.length);
            return new Line(line.length > most ? new byte[0] : line,
                    over ? Line.Ending.END : line.length > most ? Line.Ending.TOO_LONG : Line.Ending.CRLF);
        }

        @Override public InetSocketAddress remote() {
            return REMOTE;
        }

        @Override public InetSocketAddress local() {
            return REMOTE;
        }

        @Override public void within(Duration longest) {}

        @Override public void write(byte[] some, int from, int length) {}

        @Override public void flush() {}

        @Override public Secured startTls(Optional<String> name, Trust trust) {
            return new Secured("TLSv1.3", "x", Proof.NONE, "y");
        }

        @Override public Optional<Secured> secured() {
            return Optional.empty();
        }

        @Override public void close() {}
    }
}
