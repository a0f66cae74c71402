package org.posthouse.pop3;

import java.io.IOException;
import org.posthouse.message.Status;
import org.posthouse.net.Connection;

/** Writes what the server says (RFC 1939 §3) and counts what it had to refuse. */
final class Replies {
    private final Connection client;
    private int refused;

    Replies(Connection client) {
        this.client = client;
    }

    void ok(String text) throws IOException {
        line("+OK " + text);
    }

    void refuse(String text) throws IOException {
        refused++;
        line("-ERR " + text);
    }

    /** With the response code that says whose fault it is (RFC 2449 §8, RFC 3206 §4). */
    void refuse(Status status) throws IOException {
        refuse(code(status) + status.text());
    }

    /** RFC 3206 §4: try again later; nothing is wrong with what the client sent. */
    void tryLater(String text) throws IOException {
        refuse("[SYS/TEMP] " + text);
    }

    void line(String text) throws IOException {
        client.write(text + "\r\n");
    }

    int refused() {
        return refused;
    }

    private static String code(Status status) {
        if (status.temporary()) {
            return "[SYS/TEMP] ";
        }
        return switch (status.code()) {
            case "5.7.8" -> "[AUTH] ";
            case "5.5.2" -> "";
            default -> "[SYS/PERM] ";
        };
    }
}
