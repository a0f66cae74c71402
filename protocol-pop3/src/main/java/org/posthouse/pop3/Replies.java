package org.posthouse.pop3;

import java.io.IOException;
import org.posthouse.message.Status;
import org.posthouse.net.Connection;
import org.posthouse.net.Strikes;

/** Writes what the server says (RFC 1939 §3), counts what it had to refuse, and takes its time with that. */
final class Replies {
    private final Connection client;
    private final Strikes errors;
    private final Strikes failedLogins;
    private boolean enough;

    Replies(Connection client, Limits limits) {
        this.client = client;
        this.errors = new Strikes(client, limits.errors(), limits.tarpit());
        this.failedLogins = new Strikes(client, limits.authFailures(), limits.tarpit());
    }

    void ok(String text) throws IOException {
        line("+OK " + text);
    }

    void refuse(String text) throws IOException {
        enough |= errors.out();
        line("-ERR " + text);
    }

    /** With the response code that says whose fault it is (RFC 2449 §8, RFC 3206 §4). */
    void refuse(Status status) throws IOException {
        refuse(code(status) + status.text());
    }

    /** Only a name or password that was tried counts as a failed log-in. */
    void refuseLogin(Status status) throws IOException {
        boolean tried = status.code().equals("5.7.8") || status.code().equals("4.7.0");
        enough |= (tried ? failedLogins : errors).out();
        line("-ERR " + code(status) + status.text());
    }

    /** RFC 3206 §4: try again later; nothing is wrong with what the client sent. */
    void tryLater(String text) throws IOException {
        refuse("[SYS/TEMP] " + text);
    }

    void line(String text) throws IOException {
        client.write(text + "\r\n");
    }

    /** Whether so much was refused that the session is over. */
    boolean enough() {
        return enough;
    }

    private static String code(Status status) {
        if (status.code().equals("4.4.5")) { // RFC 3463 §3.5: congestion, here of one account
            return "[IN-USE] ";
        }
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
