package org.posthouse.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code sendmail -bs}: SMTP (RFC 5321) over standard input and output, for programs that know no other way. Recipients are taken as they come;
 * what is wrong with them their sender is told by mail.
 */
final class SmtpByHand {
    private static final Pattern MAIL = Pattern.compile("(?i)FROM: *<([^<>]{0,320})>.*");
    private static final Pattern RCPT = Pattern.compile("(?i)TO: *<([^<>]{1,320})>.*");
    private static final int LONGEST_LINE = 1 << 20;
    private static final int MOST_RECIPIENTS = 1_000;

    private final Sendmail sendmail;
    private final InputStream in;
    private final PrintStream out;
    private Optional<String> from = Optional.empty();
    private List<String> recipients = new ArrayList<>();

    SmtpByHand(Sendmail sendmail, InputStream in, PrintStream out) {
        this.sendmail = sendmail;
        this.in = in;
        this.out = out;
    }

    int run() throws IOException {
        say("220 localhost ESMTP Posthouse");
        for (var line = line(); line.isPresent(); line = line()) {
            var text = new String(line.get(), StandardCharsets.UTF_8);
            int space = (text + " ").indexOf(' ');
            var rest = text.substring(Math.min(space + 1, text.length())).strip();
            switch (text.substring(0, space).toUpperCase(Locale.ROOT)) {
                case "HELO" -> say("250 localhost");
                case "EHLO" -> say("250-localhost\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING");
                case "MAIL" -> mail(rest);
                case "RCPT" -> rcpt(rest);
                case "DATA" -> data();
                case "RSET" -> {
                    reset();
                    say("250 2.0.0 OK");
                }
                case "NOOP" -> say("250 2.0.0 OK");
                case "VRFY" -> say("252 2.0.0 Not told; send mail and see");
                case "QUIT" -> {
                    say("221 2.0.0 Bye");
                    return Sendmail.OK;
                }
                default -> say("500 5.5.1 Command not known");
            }
        }
        return Sendmail.OK;
    }

    private void mail(String rest) {
        var path = MAIL.matcher(rest);
        if (from.isPresent() || !path.matches()) {
            say(from.isPresent() ? "503 5.5.1 One message after the other" : "501 5.1.7 The form is MAIL FROM:<address>");
        } else if (!Sendmail.isSender(path.group(1))) {
            say("553 5.1.7 That is no address");
        } else {
            from = Optional.of(path.group(1));
            say("250 2.1.0 Sender ok");
        }
    }

    private void rcpt(String rest) {
        var path = RCPT.matcher(rest);
        if (from.isEmpty() || !path.matches()) {
            say(from.isEmpty() ? "503 5.5.1 Say MAIL first" : "501 5.1.3 The form is RCPT TO:<address>");
        } else if (recipients.size() == MOST_RECIPIENTS) {
            say("452 4.5.3 Too many recipients");
        } else {
            recipients.add(path.group(1));
            say("250 2.1.5 Recipient ok");
        }
    }

    private void data() throws IOException {
        if (recipients.isEmpty()) {
            say("503 5.5.1 Say MAIL and RCPT first");
            return;
        }
        say("354 End with a dot alone on a line");
        try (var drop = new DropFile(sendmail.home(), sendmail.envelope(from.orElseThrow(), recipients))) {
            while (true) {
                var line = line().orElseThrow(() -> new IOException("the message has no end"));
                if (line.length == 1 && line[0] == '.') {
                    break;
                }
                drop.line(line.length > 0 && line[0] == '.' ? Arrays.copyOfRange(line, 1, line.length) : line);
            }
            drop.drop();
        }
        reset();
        say("250 2.0.0 accepted");
    }

    private void reset() {
        from = Optional.empty();
        recipients = new ArrayList<>();
    }

    private Optional<byte[]> line() throws IOException {
        var line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return Optional.empty();
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line without end");
            }
            line.write(c);
        }
        var octets = line.toByteArray();
        boolean cr = octets.length > 0 && octets[octets.length - 1] == '\r';
        return Optional.of(cr ? Arrays.copyOf(octets, octets.length - 1) : octets);
    }

    private void say(String reply) {
        out.print(reply + "\r\n");
        out.flush();
    }
}
