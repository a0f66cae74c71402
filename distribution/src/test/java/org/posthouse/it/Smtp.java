package org.posthouse.it;

import java.io.IOException;

/** A sending client: one session, any number of messages. */
final class Smtp extends Line {
    Smtp(int port) throws IOException {
        this(port, "127.0.0.1");
    }

    /** @param from the client's own address, one of 127.0.0.0/8 */
    Smtp(int port, String from) throws IOException {
        super(port, from);
        hello();
    }

    private Smtp(Line secure) {
        super(secure);
    }

    /** With TLS from the first octet. */
    static Smtp overTls(int port) throws IOException {
        var line = new Line(port);
        line.tls();
        var smtp = new Smtp(line);
        smtp.hello();
        return smtp;
    }

    private void hello() throws IOException {
        expect("220");
        command("EHLO client.example", "250");
    }

    /** Sends a command; the last line of the reply. */
    String command(String command) throws IOException {
        send(command + "\r\n");
        return reply();
    }

    String command(String command, String code) throws IOException {
        var reply = command(command);
        if (!reply.startsWith(code)) {
            throw new IOException(command + " -> " + reply);
        }
        return reply;
    }

    private void expect(String code) throws IOException {
        var reply = reply();
        if (!reply.startsWith(code)) {
            throw new IOException("greeting: " + reply);
        }
    }

    String reply() throws IOException {
        var line = line();
        while (line.length() > 3 && line.charAt(3) == '-') {
            line = line();
        }
        return line;
    }

    /** Sends one message; the reply that decided: of MAIL, RCPT, DATA, or after the dot. */
    String message(String from, String to, String content) throws IOException {
        send("MAIL FROM:<" + from + ">\r\nRCPT TO:<" + to + ">\r\nDATA\r\n");
        var mail = reply();
        if (mail.startsWith("421")) { // RFC 5321 §3.8: the server ends the session, nothing after it counts
            return mail;
        }
        var rcpt = reply();
        var data = reply();
        if (!data.startsWith("354")) {
            command("RSET", "250");
            return mail.startsWith("2") ? rcpt : mail;
        }
        text(content);
        return reply();
    }

    /** After 354: the text and the dot; the reply is still to be read. */
    void text(String content) throws IOException {
        send(content.replaceAll("(?m)^\\.", "..") + (content.endsWith("\r\n") ? "" : "\r\n") + ".\r\n");
    }

    void startTls() throws IOException {
        command("STARTTLS", "220");
        tls();
        command("EHLO client.example", "250");
    }
}
