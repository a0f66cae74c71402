package org.posthouse.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.posthouse.imap.FetchItem.Section;
import org.posthouse.imap.FetchItem.Text.Fields;
import org.posthouse.imap.FetchItem.Text.Whole;
import org.posthouse.imap.Outline.Range;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Mail;

/** Where the octets of a section of a message are (RFC 3501 §6.4.5). Parses only what the digest does not tell. */
final class Sections {
    static final int LARGEST_HEADER = 1 << 20; // octets of one header that are looked through for fields
    private static final byte[] LINE_END = {'\r', '\n'};

    /** What a section is: octets of the message as they are, or fields picked out of a header. */
    sealed interface Found {
        record Stored(Range range) implements Found {}

        record Picked(byte[] octets) implements Found {}
    }

    private final AccountSession session;
    private final String folder;
    private final Outlines outlines;
    private final Map<Fields, FieldChoice> choices = new HashMap<>();

    Sections(AccountSession session, String folder, Outlines outlines) {
        this.session = session;
        this.folder = folder;
        this.outlines = outlines;
    }

    /** Whether the message's digest tells where it is. */
    static boolean needsDigest(Section section) {
        return section.part().isEmpty() && section.text() != Whole.ALL;
    }

    /**
     * Empty where the message has no such section.
     *
     * @param digest there when it is needed
     */
    Optional<Found> find(Section section, Mail mail, Optional<Digest> digest) throws IOException {
        if (section.part().isEmpty()) {
            return Optional.of(ofMessage(section, mail, digest));
        }
        var part = outlines.of(session, folder, mail).part(section.part());
        var message = part.flatMap(Outline::message); // HEADER and TEXT are of messages only
        return switch (section.text()) {
            case Whole.ALL -> part.map(p -> new Found.Stored(p.text()));
            case Whole.MIME -> part.map(p -> new Found.Stored(p.header()));
            case Whole.HEADER -> message.map(m -> new Found.Stored(m.header()));
            case Whole.TEXT -> message.map(m -> new Found.Stored(m.text()));
            case Fields fields -> message.isPresent()
                    ? Optional.of(picked(choice(fields), mail, message.get().header(), message.get().end()))
                    : Optional.empty();
        };
    }

    private Found ofMessage(Section section, Mail mail, Optional<Digest> digest) throws IOException {
        long header = digest.map(Digest::header).orElse(0L);
        return switch (section.text()) {
            case Whole.ALL, Whole.MIME -> new Found.Stored(new Range(0, mail.size()));
            case Whole.HEADER -> new Found.Stored(new Range(0, header));
            case Whole.TEXT -> new Found.Stored(new Range(header, mail.size()));
            case Fields fields -> {
                var choice = choice(fields);
                yield choice.kept() && header < mail.size()
                        ? new Found.Picked(choice.of(octets(digest.orElseThrow().fields()), LINE_END))
                        : picked(choice, mail, new Range(0, header), mail.size());
            }
        };
    }

    private FieldChoice choice(Fields fields) {
        return choices.computeIfAbsent(fields, FieldChoice::new);
    }

    /** The empty line belongs to it, except where there is none and no body either (RFC 3501 §6.4.5). */
    private Found picked(FieldChoice choice, Mail mail, Range header, long end) throws IOException {
        var octets = read(mail, header);
        var ending = header.to() < end || endsInEmptyLine(octets) ? LINE_END : new byte[0];
        return new Found.Picked(choice.of(octets, ending));
    }

    private static boolean endsInEmptyLine(byte[] header) {
        int n = header.length;
        return n >= 2 && header[n - 1] == '\n' && header[n - 2] == '\r' && (n == 2 || header[n - 3] == '\n');
    }

    private static byte[] octets(ByteBuffer buffer) {
        var octets = new byte[buffer.remaining()];
        buffer.get(buffer.position(), octets);
        return octets;
    }

    /** All of it, up to the limit. */
    private byte[] read(Mail mail, Range range) throws IOException {
        var octets = new byte[(int) Math.min(range.length(), LARGEST_HEADER)];
        int n = session.read(folder, mail, range.from(), octets);
        while (n < octets.length) {
            var rest = new byte[octets.length - n];
            int more = session.read(folder, mail, range.from() + n, rest);
            if (more == 0) {
                return Arrays.copyOf(octets, n);
            }
            System.arraycopy(rest, 0, octets, n, more);
            n += more;
        }
        return octets;
    }
}
