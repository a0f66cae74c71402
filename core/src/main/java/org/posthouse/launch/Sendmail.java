package org.posthouse.launch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.posthouse.message.Address;
import org.posthouse.pipeline.DroppedMail;

/**
 * {@code posthouse sendmail}, for programs that hand mail to {@code /usr/sbin/sendmail}: writes it into the drop folder, whether a server
 * runs or not. Who may write there is who owns the home, and root. Exit statuses are those of sysexits.h, which such programs know.
 */
final class Sendmail {
    static final int OK = 0;
    static final int USAGE = 64;
    static final int BAD_DATA = 65;
    static final int TRY_AGAIN = 75;
    static final int NO_PERMISSION = 77;

    /** Instead of a line, where there is none. */
    private static final byte[] END = {};
    private static final int LARGEST_HEADER = 1 << 20;
    private static final int LONGEST_ADDRESS = 1_000;

    private final Path home;
    private final SendmailWords words;
    private final BufferedInputStream in;

    Sendmail(Path home, SendmailWords words, InputStream in) {
        this.home = home;
        this.words = words;
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The exit status; one line on stderr where it is not 0. */
    int run() {
        try {
            return words.mode() == 's' ? new SmtpByHand(this, in, System.out).run() : send();
        } catch (AccessDeniedException e) {
            return ended(NO_PERMISSION, e.getFile() + ": only the user who owns " + home + " may send mail by it");
        } catch (IOException e) {
            return ended(TRY_AGAIN, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    static int ended(int status, String why) {
        System.err.println("sendmail: " + why);
        return status;
    }

    private int send() throws IOException {
        var header = new ArrayList<byte[]>();
        var last = header(header);
        var recipients = new ArrayList<String>();
        words.recipients().forEach(one -> recipients.addAll(AddressList.of(one)));
        if (words.fromHeader()) {
            recipients.addAll(named(header));
        }
        if (recipients.isEmpty()) {
            return ended(USAGE, words.fromHeader() ? "no recipient addresses found in message header" : "recipient names must be specified");
        }
        if (recipients.stream().anyMatch(to -> to.length() > LONGEST_ADDRESS)) {
            return ended(BAD_DATA, "a recipient is longer than any address");
        }
        var from = words.from().orElse(user());
        if (!isSender(from)) {
            return ended(BAD_DATA, "the sender '" + clean(from) + "' is no address; name one with -f");
        }
        try (var drop = new DropFile(home, envelope(from, recipients))) {
            for (var line : words.fromHeader() ? withoutBcc(header) : header) {
                drop.line(line);
            }
            drop.line(new byte[0]); // also where the first line that is no field was none
            if (last.length > 0) {
                drop.line(last);
            }
            if (last != END) {
                body(drop);
            }
            drop.drop();
            return OK;
        }
    }

    /** An address, a name without a domain, or nothing, which is the null sender. */
    static boolean isSender(String text) {
        return text.isEmpty() || Address.parse(text.contains("@") ? text : text + "@here.invalid").isPresent();
    }

    DroppedMail envelope(String from, List<String> recipients) {
        return new DroppedMail(clean(from), clean(words.name().orElse("")), recipients.stream().map(Sendmail::clean).distinct().toList(),
                words.events().map(Sendmail::clean), words.ret().map(Sendmail::clean), words.envelopeId().map(Sendmail::clean), 0);
    }

    /** The envelope is lines. */
    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", " ").strip();
    }

    static String user() {
        return System.getProperty("user.name", "nobody");
    }

    /** Collects its lines; gives the line after it: an empty one, or one that is no field, or {@link #END}. */
    private byte[] header(List<byte[]> header) throws IOException {
        int octets = 0;
        for (var line = line(); line != END; line = line()) {
            boolean first = header.isEmpty();
            octets += line.length;
            if (first && text(line).startsWith("From ")) {
                continue; // as mailbox files have it
            }
            if (line.length == 0 || !isField(line, first) || octets > LARGEST_HEADER) {
                return line;
            }
            header.add(line);
        }
        return END;
    }

    private static boolean isField(byte[] line, boolean first) {
        return (line[0] == ' ' || line[0] == '\t') && !first || text(line).matches("(?s)[!-9;-~]+[ \t]*:.*");
    }

    /** The next line without its end; {@link #END} where there is none, or a dot alone where that counts. */
    private byte[] line() throws IOException {
        var line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return END;
        }
        while (c >= 0 && c != '\n') {
            line.write(c);
            c = in.read();
        }
        var octets = line.toByteArray();
        int length = octets.length > 0 && octets[octets.length - 1] == '\r' ? octets.length - 1 : octets.length;
        if (words.dotEnds() && length == 1 && octets[0] == '.') {
            return END;
        }
        return length == 0 ? new byte[0] : Arrays.copyOf(octets, length);
    }

    private void body(DropFile drop) throws IOException {
        for (var line = line(); line != END; line = line()) {
            drop.line(line);
        }
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }

    /** Whom To, Cc and Bcc name; of resent mail, whom its own fields name (RFC 5322 §3.6.6). */
    private static List<String> named(List<byte[]> header) {
        var fields = fields(header);
        var prefix = fields.stream().anyMatch(f -> is(f, "resent-to", "resent-cc", "resent-bcc")) ? "resent-" : "";
        return fields.stream().filter(f -> is(f, prefix + "to", prefix + "cc", prefix + "bcc"))
                .flatMap(f -> AddressList.of(f.substring(f.indexOf(':') + 1)).stream()).toList();
    }

    /** Unfolded. */
    private static List<String> fields(List<byte[]> header) {
        var fields = new ArrayList<String>();
        for (var line : header) {
            if (line[0] == ' ' || line[0] == '\t') {
                fields.addLast(fields.removeLast() + text(line));
            } else {
                fields.add(text(line));
            }
        }
        return fields;
    }

    private static boolean is(String field, String... names) {
        var name = field.substring(0, field.indexOf(':')).strip().toLowerCase(Locale.ROOT);
        return List.of(names).contains(name);
    }

    /** Nobody is to see whom Bcc names. */
    private static List<byte[]> withoutBcc(List<byte[]> header) {
        var kept = new ArrayList<byte[]>();
        boolean dropping = false;
        for (var line : header) {
            if (line[0] != ' ' && line[0] != '\t') {
                dropping = is(text(line), "bcc", "resent-bcc");
            }
            if (!dropping) {
                kept.add(line);
            }
        }
        return kept;
    }

    Path home() {
        return home;
    }
}
