package org.posthouse.imap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.imap.Command.Literal;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;

/**
 * Reads one command after the other: a line, and as long as it announces a literal, that and one more line (RFC 3501 §4.3, RFC
 * 7888). A literal that is too long is refused before it comes, or dropped, or ends the session; never kept. The message of an
 * APPEND is left for {@link #message}; where nobody reads it, it is dropped before the next command.
 */
final class CommandReader {
    /** What has come. */
    sealed interface Input {
        /** A command as {@link CommandParser} reads it. */
        record Whole(byte[] octets) implements Input {}

        /** A command that was not kept; {@link Then#END} where the client sends what nobody wants to read. */
        record Refused(String tag, Then then) implements Input {}

        /** The client has ended its stream. */
        record End() implements Input {}

        enum Then { GO_ON, END }
    }

    private static final int LONGEST_BEFORE_LOGIN = 64 << 10;
    private static final int MOST_DROPPED = 1 << 20;
    private static final int LONGEST_ANNOUNCEMENT = 24;
    private static final int LONGEST_TAG = 100;
    private static final Pattern ANNOUNCEMENT = Pattern.compile(".*\\{(\\d{1,18})(\\+?)}");

    private final Connection client;
    private final Output out;
    private final Limits limits;
    private int maxOctets = LONGEST_BEFORE_LOGIN;
    private long mostDropped = MOST_DROPPED;
    private Optional<LiteralInput> coming = Optional.empty(); // a message that the client sends or has sent

    CommandReader(Connection client, Output out, Limits limits) {
        this.client = client;
        this.out = out;
        this.limits = limits;
    }

    /** From now on commands may be longer. */
    void loggedIn() {
        maxOctets = limits.commandOctets();
        mostDropped = Math.max(MOST_DROPPED, limits.appendOctets());
    }

    /** A line of its own, such as DONE or what AUTHENTICATE asks for. */
    Line line(int longest) throws Gone {
        try {
            return client.readLine(longest);
        } catch (IOException e) {
            throw new Gone(e);
        }
    }

    Input next() throws Gone {
        for (long most = mostDropped; coming.isPresent();) {
            long octets = coming.get().left();
            if (octets > most) {
                return new Input.Refused("*", Input.Then.END);
            }
            most -= octets;
            skip(coming.get());
            if (afterMessage().ending() == Line.Ending.END) {
                return new Input.End();
            }
        }
        return new Reading().command();
    }

    /** Whether more is coming of a message that nobody reads than is dropped for the sake of what follows it. */
    boolean tooMuchIsComing() {
        return coming.isPresent() && coming.get().left() > mostDropped;
    }

    /** The rest of the command; should it announce one more literal that comes unasked, that is to be dropped too. */
    private Line afterMessage() throws Gone {
        var rest = line(maxOctets);
        coming = announced(rest.octets()).filter(CommandReader::comesUnasked).map(literal -> new LiteralInput(client, literal.octets()));
        return rest;
    }

    /** The message of the APPEND that was read last, once the client may send it; {@link #endOfMessage} must follow. */
    InputStream message(Literal announced) throws Gone {
        if (announced.kind() == Literal.Kind.SYNCHRONISING) {
            goAhead();
            coming = Optional.of(new LiteralInput(client, announced.octets()));
        }
        return coming.orElseThrow();
    }

    /** What follows the message; what is left of the message itself is dropped. */
    byte[] endOfMessage() throws Gone {
        skip(coming.orElseThrow());
        var rest = afterMessage();
        if (rest.ending() == Line.Ending.END) {
            throw new Gone("the client left in the middle of a command");
        }
        return rest.octets();
    }

    private void goAhead() throws Gone {
        out.line("+ go ahead");
        out.flush();
    }

    private static void skip(LiteralInput literal) throws Gone {
        try {
            literal.skipNBytes(literal.left());
        } catch (IOException e) {
            throw e instanceof Gone gone ? gone : new Gone(e);
        }
    }

    /** One command on its way in. */
    private final class Reading {
        private String tag = "*";
        private byte[] octets = {};
        private int length;
        private int literals; // that were taken
        private long dropped;
        private boolean dropping;

        Input command() throws Gone {
            begin();
            while (true) {
                var line = line(Math.max(2, maxOctets - length));
                if (line.ending() == Line.Ending.END) {
                    return new Input.End();
                }
                dropping |= line.ending() == Line.Ending.TOO_LONG;
                if (!dropping) {
                    add(line.octets());
                }
                var announced = announced(line.octets());
                if (announced.isEmpty()) {
                    return dropping ? refused(Input.Then.GO_ON) : new Input.Whole(whole());
                }
                var literal = announced.get();
                if (!dropping && isMessage()) {
                    coming = Optional.of(new LiteralInput(client, literal.octets())).filter(_ -> comesUnasked(literal));
                    return new Input.Whole(whole());
                }
                if (fits(literal)) {
                    take(literal);
                } else if (comesUnasked(literal) && literal.octets() <= mostDropped - dropped) {
                    dropping = true;
                    dropped += literal.octets();
                    skip(new LiteralInput(client, literal.octets()));
                } else {
                    return refused(comesUnasked(literal) ? Input.Then.END : Input.Then.GO_ON);
                }
            }
        }

        /** The tag, as far as it has come, for a line that is too long to be kept; a client waits for its reply. */
        private void begin() throws Gone {
            try {
                var input = client.input();
                var start = new byte[Math.min(LONGEST_TAG, input.remaining())];
                input.get(input.position(), start);
                tag = CommandParser.tag(start);
            } catch (IOException e) {
                throw new Gone(e);
            }
        }

        private Input refused(Input.Then then) {
            return new Input.Refused(length > 0 ? CommandParser.parse(whole()).tag() : tag, then);
        }

        private void add(byte[] more) {
            if (length == 0) {
                octets = more;
            } else {
                room(length + more.length);
                System.arraycopy(more, 0, octets, length, more.length);
            }
            length += more.length;
        }

        /** Twice as much each time, for a command may have many thousand literals. */
        private void room(int needed) {
            if (needed > octets.length) {
                octets = Arrays.copyOf(octets, Math.max(2 * octets.length, needed));
            }
        }

        private byte[] whole() {
            return length == octets.length ? octets : Arrays.copyOf(octets, length);
        }

        /** Whether what is announced at the end is the message of an APPEND: the folder's name came before it. */
        private boolean isMessage() {
            if (literals > 1) {
                return false; // the first was no message, nor is it the name of a folder
            }
            var words = new String(octets, 0, length, StandardCharsets.ISO_8859_1).split(" ", 3);
            return words.length == 3 && words[1].equalsIgnoreCase("APPEND") && (!words[2].startsWith("{") || literals == 1);
        }

        private boolean fits(Literal literal) {
            return !dropping && literal.octets() + 2 <= maxOctets - length
                    && (!comesUnasked(literal) || literal.octets() <= limits.literals().longestUnasked());
        }

        private void take(Literal literal) throws Gone {
            if (!comesUnasked(literal)) {
                goAhead();
            }
            literals++;
            add(new byte[] {'\r', '\n'});
            try {
                add(new LiteralInput(client, literal.octets()).readAllBytes());
            } catch (IOException e) {
                throw e instanceof Gone gone ? gone : new Gone(e);
            }
        }
    }

    private static boolean comesUnasked(Literal literal) {
        return literal.kind() == Literal.Kind.NOT_SYNCHRONISING;
    }

    private static Optional<Literal> announced(byte[] line) {
        if (line.length == 0 || line[line.length - 1] != '}') {
            return Optional.empty();
        }
        int from = Math.max(0, line.length - LONGEST_ANNOUNCEMENT);
        var end = ANNOUNCEMENT.matcher(new String(line, from, line.length - from, StandardCharsets.ISO_8859_1));
        if (!end.matches()) {
            return Optional.empty();
        }
        var kind = end.group(2).isEmpty() ? Literal.Kind.SYNCHRONISING : Literal.Kind.NOT_SYNCHRONISING;
        return Optional.of(new Literal(Long.parseLong(end.group(1)), kind));
    }
}
