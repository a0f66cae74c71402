package org.posthouse.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.posthouse.mailbox.ModifiedUtf7;
import org.posthouse.net.Connection;

/**
 * What the server says (RFC 3501 §7), piece by piece; {@link #end} ends a line. When the client is gone it throws
 * {@link Gone}, so that nobody takes that for trouble with mail.
 */
final class Output {
    private static final int LONGEST_QUOTED = 1000;

    private final Connection client;
    private final Rooms rooms;

    Output(Connection client, Rooms rooms) {
        this.client = client;
        this.rooms = rooms;
    }

    /** Room for many, before they are written. The caller closes it. */
    Responses responses() {
        return new Responses(this, rooms);
    }

    /** A whole line. */
    void line(String text) throws Gone {
        text(text).end();
    }

    /** A whole untagged response. */
    void untagged(String text) throws Gone {
        line("* " + text);
    }

    void tagged(String tag, Reply reply) throws Gone {
        text(tag).text(" ").text(reply.kind().name()).text(" ");
        if (!reply.code().isEmpty()) {
            text("[").text(reply.code()).text("] ");
        }
        text(reply.text()).end();
    }

    /** As it is, in UTF-8. */
    Output text(String text) throws Gone {
        return octets(text.getBytes(StandardCharsets.UTF_8));
    }

    Output number(long number) throws Gone {
        return text(Long.toString(number));
    }

    Output octets(byte[] octets) throws Gone {
        return octets(octets, 0, octets.length);
    }

    Output octets(byte[] octets, int from, int length) throws Gone {
        try {
            client.write(octets, from, length);
        } catch (IOException e) {
            throw new Gone(e);
        }
        return this;
    }

    /** What remains in the buffer. */
    Output octets(ByteBuffer buffer) throws Gone {
        try {
            client.write(buffer);
        } catch (IOException e) {
            throw new Gone(e);
        }
        return this;
    }

    /** Announces a literal; its octets follow. */
    Output literal(long octets) throws Gone {
        return text("{" + octets + "}\r\n");
    }

    /** In quotes where that is allowed, otherwise as a literal in UTF-8. */
    Output string(String text) throws Gone {
        return string(text.getBytes(StandardCharsets.UTF_8));
    }

    Output string(byte[] text) throws Gone {
        return quotable(text) ? text("\"").octets(escaped(text)).text("\"") : literal(text.length).octets(text);
    }

    Output nil() throws Gone {
        return text("NIL");
    }

    /** A folder's name in modified UTF-7 (RFC 3501 §5.1.3). */
    Output folder(String name) throws Gone {
        return string(ModifiedUtf7.encode(name, _ -> true));
    }

    Output flags(Collection<String> flags) throws Gone {
        return text("(" + String.join(" ", flags) + ")");
    }

    void end() throws Gone {
        text("\r\n");
    }

    void flush() throws Gone {
        try {
            client.flush();
        } catch (IOException e) {
            throw new Gone(e);
        }
    }

    private static boolean quotable(byte[] text) {
        if (text.length > LONGEST_QUOTED) {
            return false;
        }
        for (byte octet : text) {
            if (octet < ' ' || octet == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static byte[] escaped(byte[] text) {
        return new String(text, StandardCharsets.US_ASCII).replace("\\", "\\\\").replace("\"", "\\\"").getBytes(StandardCharsets.US_ASCII);
    }
}
