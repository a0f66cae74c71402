package org.posthouse.smtpdelivery;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.net.Line.Ending;
import org.posthouse.net.Outgoing;

/**
 * A conversation with a server: lines out, replies in, each reply bounded and by its deadline. What it can is known after the
 * greeting ({@link Opening}); then come messages, one after the other.
 */
final class Session implements AutoCloseable {
    private static final int LONGEST_LINE = 2_048; // RFC 5321 §4.5.3.1.5 has 512; some say more
    private static final int MOST_LINES = 100;
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final Pattern LINE = Pattern.compile("[2-5]\\d\\d(?:[ -].*)?", Pattern.DOTALL);

    /** Where it stands between messages. */
    private enum State { CLEAN, BEGUN, BROKEN }

    private final Outgoing wire;
    private final Host host;
    private final Waits waits;
    private Capabilities capabilities = Capabilities.NONE;
    private State state = State.CLEAN;
    private long limit = System.nanoTime() + Duration.ofDays(1).toNanos();
    private int messages;

    Session(Outgoing wire, Host host, Waits waits) {
        this.wire = wire;
        this.host = host;
        this.waits = waits;
    }

    Host host() {
        return host;
    }

    Waits waits() {
        return waits;
    }

    Outgoing wire() {
        return wire;
    }

    Capabilities capabilities() {
        return capabilities;
    }

    void capabilities(Capabilities next) {
        capabilities = next;
    }

    /** All waits from now on are over by then. In nanoseconds. */
    void until(long moment) {
        limit = moment;
    }

    /** Text with its CRLF; goes out at the latest before the next wait. */
    void say(String line) throws IOException {
        wire.write(line + "\r\n");
    }

    void send(byte[] octets, int from, int length) throws IOException {
        wire.within(shorter(waits.block()));
        wire.write(octets, from, length);
    }

    Reply reply(Duration wait) throws IOException {
        wire.within(shorter(wait));
        return read();
    }

    /** The message's end: whoever leaves before its reply doubles the message (RFC 5321 §4.5.3.2.6, RFC 1047), so there is time for that. */
    void ended() {
        until(System.nanoTime() + waits.end().toNanos());
    }

    /** While it will not take what we send: whether it says why. */
    Optional<Reply> parting() {
        try {
            wire.within(FAREWELL);
            return Optional.of(read());
        } catch (IOException nothing) {
            return Optional.empty();
        }
    }

    Reply command(String line, Duration wait) throws IOException {
        wire.within(shorter(wait));
        say(line);
        return reply(wait);
    }

    private Duration shorter(Duration wait) {
        return Duration.ofNanos(Math.max(1, Math.min(wait.toNanos(), limit - System.nanoTime())));
    }

    private Reply read() throws IOException {
        wire.flush();
        var lines = new ArrayList<String>();
        while (lines.size() < MOST_LINES) {
            var line = wire.readLine(LONGEST_LINE);
            if (line.ending() == Ending.END) {
                throw new EOFException("it closed the connection");
            }
            var text = printable(line.octets());
            if (line.ending() == Ending.TOO_LONG || !LINE.matcher(text).matches()) {
                throw new Garbage("it did not answer as a mail server: " + text.substring(0, Math.min(text.length(), 80)));
            }
            lines.add(text.length() > 4 ? text.substring(4) : "");
            if (text.length() == 3 || text.charAt(3) == ' ') {
                var reply = new Reply(Integer.parseInt(text.substring(0, 3)), lines);
                state = reply.ends() ? State.BROKEN : state;
                return reply;
            }
        }
        throw new Garbage("its answer has no end");
    }

    private static String printable(byte[] octets) {
        var text = new StringBuilder(new String(octets, StandardCharsets.ISO_8859_1));
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            text.setCharAt(i, c == '\t' ? ' ' : c < ' ' || c > '~' ? '?' : c);
        }
        return text.toString();
    }

    /** A message is begun; whether the server must be told to forget the one before. */
    boolean begin() {
        wire.within(shorter(waits.command()));
        boolean unfinished = state == State.BEGUN;
        state = state == State.BROKEN ? state : State.BEGUN;
        messages++;
        return unfinished;
    }

    /** The message that was begun is over, for both sides. */
    void done() {
        state = state == State.BROKEN ? state : State.CLEAN;
    }

    void broken() {
        state = State.BROKEN;
    }

    boolean usable() {
        return state != State.BROKEN;
    }

    /** How many have been begun on it. */
    int messages() {
        return messages;
    }

    String tls() {
        return wire.secured().map(s -> s.protocol() + switch (s.proof()) {
            case NONE -> "";
            case ROOTS -> " verified";
            case FINGERPRINT -> " fingerprint";
            case DANE -> " DANE";
        }).orElse("none");
    }


    /** Keeps it for a while: then it is closed by itself. */
    void rest(Duration longest) {
        wire.within(longest.plus(FAREWELL));
    }

    /** Politely, as far as that takes no time. */
    @Override
    public void close() {
        if (usable()) {
            try {
                wire.within(FAREWELL);
                say("QUIT");
                read();
            } catch (IOException gone) {
                broken();
            }
        }
        wire.close();
    }
}
