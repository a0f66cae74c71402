package org.posthouse.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.posthouse.imap.FetchItem.Attribute;
import org.posthouse.imap.FetchItem.Form;
import org.posthouse.imap.FetchItem.Octets;
import org.posthouse.imap.FetchItem.Partial;
import org.posthouse.imap.FetchItem.Text;
import org.posthouse.imap.FetchItem.Text.Fields;
import org.posthouse.imap.FetchItem.Text.Whole;
import org.posthouse.imap.FetchItem.Text.Which;
import org.posthouse.imap.Outline.Range;
import org.posthouse.imap.Sections.Found;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Mail;

/**
 * Writes the FETCH response of one message after the other (RFC 3501 §7.4.2). Octets go from the mailbox through one buffer to the
 * client, whatever size a message has. A literal that was announced and cannot be sent to its end, as its message went away,
 * is taken back; where some of it has left, the connection ends.
 */
final class FetchResponse {
    private static final int MOST_FLAG_TEXTS = 256;

    private final AccountSession session;
    private final View view;
    private final Sections sections;
    private final Responses responses;
    private final List<FetchItem> items;
    private final Map<FetchItem, String> labels = new HashMap<>();
    private final Map<Set<String>, String> flagTexts = new HashMap<>();

    FetchResponse(AccountSession session, View view, Sections sections, Responses responses, List<FetchItem> items) {
        this.session = session;
        this.view = view;
        this.sections = sections;
        this.responses = responses;
        this.items = items;
        for (var item : items) {
            labels.put(item, label(item));
        }
    }

    /** With what is news beside what was asked for; false for a message that is gone, of which nothing is written. */
    boolean write(Mail mail, Optional<Digest> digest, List<Attribute> news) throws IOException {
        responses.begin();
        try {
            responses.text("* ").number(view.number(mail.uid())).text(" FETCH (");
            for (int i = 0; i < items.size(); i++) {
                responses.text(i == 0 ? "" : " ");
                write(items.get(i), mail, digest);
            }
            for (var more : news) {
                responses.text(" ");
                write(more, mail, digest);
            }
            responses.text(")\r\n");
            return true;
        } catch (Gone e) {
            throw e;
        } catch (NoSuchFileException e) {
            responses.takeBack(e);
            return false;
        } catch (IOException e) {
            responses.takeBack(e);
            throw e;
        }
    }

    private void write(FetchItem item, Mail mail, Optional<Digest> digest) throws IOException {
        switch (item) {
            case Attribute.UID -> responses.text("UID ").number(mail.uid());
            case Attribute.FLAGS -> responses.text("FLAGS ").text(flags(mail));
            case Attribute.INTERNALDATE -> responses.text("INTERNALDATE \"").text(Dates.written(mail.received())).text("\"");
            case Attribute.RFC822_SIZE -> responses.text("RFC822.SIZE ").number(mail.size());
            case Attribute.ENVELOPE -> responses.text("ENVELOPE ").octets(digest.orElseThrow().envelope());
            case Attribute.BODY -> responses.text("BODY ").octets(digest.orElseThrow().body());
            case Attribute.BODYSTRUCTURE -> responses.text("BODYSTRUCTURE ").octets(digest.orElseThrow().bodyStructure());
            case Attribute.MODSEQ -> responses.text("MODSEQ (").number(mail.modseq()).text(")");
            case Octets octets -> {
                responses.text(labels.get(octets)).text(" ");
                write(sections.find(octets.section(), mail, digest), octets.partial(), mail);
            }
        }
    }

    /** Few different sets of flags are in a mailbox. */
    private String flags(Mail mail) {
        var flags = view.flags(mail);
        if (flagTexts.size() > MOST_FLAG_TEXTS) {
            flagTexts.clear();
        }
        return flagTexts.computeIfAbsent(flags, f -> "(" + String.join(" ", new TreeSet<>(f)) + ")");
    }

    private void write(Optional<Found> found, Optional<Partial> partial, Mail mail) throws IOException {
        if (found.isEmpty()) {
            responses.text("NIL");
            return;
        }
        switch (found.get()) {
            case Found.Stored(var range) -> writeStored(cut(range, partial), mail);
            case Found.Picked(var octets) -> {
                var range = cut(new Range(0, octets.length), partial);
                announce(range);
                responses.octets(octets, (int) range.from(), (int) range.length());
            }
        }
    }

    /** What is beyond the end is empty (RFC 3501 §6.4.5). */
    private static Range cut(Range range, Optional<Partial> partial) {
        if (partial.isEmpty()) {
            return range;
        }
        long offset = Math.min(partial.get().offset(), range.length());
        long length = Math.min(partial.get().length(), range.length() - offset);
        return new Range(range.from() + offset, range.from() + offset + length);
    }

    private void announce(Range range) throws Gone {
        responses.text("{").number(range.length()).text("}\r\n");
    }

    private void writeStored(Range range, Mail mail) throws IOException {
        announce(range);
        for (long at = range.from(); at < range.to();) {
            int wanted = (int) Math.min(range.to() - at, Integer.MAX_VALUE);
            var into = responses.room(wanted);
            int from = into.position();
            int n = read(mail, at, into, Math.min(wanted, into.remaining()));
            if (n == 0) {
                throw new IOException("message " + mail.uid() + " is shorter than it was");
            }
            ZeroOctets.replace(into, from, from + n);
            at += n;
        }
    }

    private int read(Mail mail, long offset, ByteBuffer into, int most) throws IOException {
        int limit = into.limit();
        try {
            return session.read(view.folder(), mail, offset, into.limit(into.position() + most));
        } finally {
            into.limit(limit);
        }
    }

    /** An item as the response calls it. */
    private static String label(FetchItem item) {
        if (!(item instanceof Octets octets)) {
            return "";
        }
        return switch (octets.form()) {
            case RFC822 -> "RFC822";
            case RFC822_HEADER -> "RFC822.HEADER";
            case RFC822_TEXT -> "RFC822.TEXT";
            case Form.BODY, Form.BODY_PEEK -> "BODY[" + section(octets.section()) + "]"
                    + octets.partial().map(partial -> "<" + partial.offset() + ">").orElse("");
        };
    }

    private static String section(FetchItem.Section section) {
        var numbers = section.part().stream().map(String::valueOf).collect(Collectors.joining("."));
        var text = text(section.text());
        return numbers + (numbers.isEmpty() || text.isEmpty() ? "" : ".") + text;
    }

    private static String text(Text text) {
        return switch (text) {
            case Whole.ALL -> "";
            case Whole whole -> whole.name();
            case Fields(var which, var names) -> (which == Which.THESE ? "HEADER.FIELDS (" : "HEADER.FIELDS.NOT (")
                    + names.stream().map(FetchResponse::fieldName).collect(Collectors.joining(" ")) + ")";
        };
    }

    /** An astring, which the client wrote so itself. */
    private static String fieldName(String name) {
        if (!name.isEmpty() && name.chars().allMatch(c -> CommandText.isAtom(c) || c == ']')) {
            return name;
        }
        if (name.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            return "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        }
        return "{" + name.length() + "}\r\n" + name;
    }
}
