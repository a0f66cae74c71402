package org.posthouse.indexed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.posthouse.mailbox.Digest;
import org.posthouse.message.Content;
import org.posthouse.message.Part;
import org.posthouse.message.PieceInput;
import org.posthouse.message.RawFields;
import org.posthouse.message.StoredContent;

/**
 * Makes a message's digest, in one pass through its octets along the tree that was parsed of it: from each part's header come its
 * fields, and the lines of what is text are counted. BODY and BODYSTRUCTURE (RFC 3501 §7.4.2, RFC 9051 §7.5.2) are written side by
 * side. What was not looked into is shown as one part without parts, as long as it is.
 */
final class Digester {
    private static final String NO_PARTS = "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0";
    private static final String NO_EXTENSION = " NIL NIL NIL NIL)";

    private final Passage passage;
    private final AddressReader addresses = new AddressReader();
    private final ImapText body = new ImapText(512);
    private final ImapText structure = new ImapText(512);
    private final ImapText envelope = new ImapText(512);
    private final ImapText fields = new ImapText(512);

    private Digester(Passage passage) {
        this.passage = passage;
    }

    /** An I/O error of the content comes as UncheckedIOException. */
    static Digest digest(Content content) {
        var tree = content.tree();
        try (var passage = new Passage(content)) {
            return new Digester(passage).digest(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a message in a store; a small one is read there once, for its tree and for this. */
    static Digest digestStored(Content content) throws IOException {
        if (content.size() > PieceInput.LARGEST_PIECE) {
            return digest(content);
        }
        try (var in = content.open()) {
            var octets = in.readAllBytes();
            return digest(new StoredContent(StoredContent.inMemory(octets, octets.length)));
        }
    }

    private Digest digest(Part tree) throws IOException {
        var header = passage.header(tree.body());
        body(tree, fields(tree, header, envelope, Digest.FIELDS));
        return new Digest(envelope.finished(), body.finished(), structure.finished(), fields.finished(), tree.body());
    }

    /** What a message's header says: its envelope is written, the rest is told. */
    private MimeFields fields(Part message, byte[] header, ImapText into, Set<String> kept) {
        var mime = new MimeFields(message.type());
        var named = new EnvelopeText(addresses);
        for (var field = new RawFields(header); field.next();) {
            var name = field.name();
            mime.take(name, header, field.body(), field.end());
            named.take(name, header, field.body(), field.end());
            if (kept.contains(name)) {
                keep(header, field.start(), field.end());
            }
        }
        named.write(into);
        return mime;
    }

    /** Each line ended by CRLF, also the last of a header that was cut off. */
    private void keep(byte[] header, int from, int to) {
        fields.append(header, from, to);
        if (header[to - 1] != '\n') {
            fields.ascii("\r\n");
        }
    }

    /** A part whose header has been read. */
    private void body(Part part, MimeFields mime) throws IOException {
        if (part.type().startsWith("multipart/") && !part.opaque()) {
            multipart(part, mime);
        } else if (part.parts().isEmpty()) {
            leaf(part, mime);
        } else {
            message(part, mime);
        }
    }

    private void multipart(Part part, MimeFields mime) throws IOException {
        both("(");
        for (var inner : part.parts()) {
            passage.pass(inner.start());
            var header = passage.header(inner.body());
            var innerMime = new MimeFields(inner.type());
            for (var field = new RawFields(header); field.next();) {
                innerMime.take(field.name(), header, field.body(), field.end());
            }
            body(inner, innerMime);
        }
        if (part.parts().isEmpty()) { // RFC 3501 §9: a multipart has at least one
            body.ascii(NO_PARTS).octet(')');
            structure.ascii(NO_PARTS).ascii(NO_EXTENSION);
        }
        int from = body.length();
        body.octet(' ').string(part.type().substring(part.type().indexOf('/') + 1));
        structure.append(body, from);
        body.octet(')');
        mime.parameters(structure.octet(' '));
        mime.extension(structure);
        structure.octet(')');
    }

    private void leaf(Part part, MimeFields mime) throws IOException {
        var type = shown(part);
        int from = body.length();
        mime.fields(type, body.octet('('));
        body.octet(' ').number(part.end() - part.body());
        if (type.startsWith("text/")) {
            body.octet(' ').number(lines(part, passage.lines()));
        }
        structure.append(body, from);
        body.octet(')');
        end(mime);
    }

    /** What it can be taken for, where IMAP's grammar wants to see inside but nothing was found or looked for there. */
    private static String shown(Part part) {
        if (part.type().startsWith("multipart/")) {
            boolean parted = part.body() < part.end() && !part.parameters().getOrDefault("boundary", "").isBlank();
            return parted ? "application/octet-stream" : "text/plain"; // without a boundary it is no type, RFC 2045 §5.2
        }
        return part.type().equals("message/rfc822") || part.type().equals("message/global") ? "application/octet-stream" : part.type();
    }

    /** RFC 9051 knows message/global (RFC 6532 §3.7) as a message, RFC 3501 does not: both read it as message/rfc822. */
    private void message(Part part, MimeFields mime) throws IOException {
        long before = passage.lines();
        int from = body.length();
        mime.fields("message/rfc822", body.octet('('));
        body.octet(' ').number(part.end() - part.body()).octet(' ');
        var inner = part.parts().getFirst();
        var innerMime = fields(inner, passage.header(inner.body()), body, Set.of());
        body.octet(' ');
        structure.append(body, from);
        body(inner, innerMime);
        from = body.length();
        body.octet(' ').number(lines(part, before));
        structure.append(body, from);
        body.octet(')');
        end(mime);
    }

    private long lines(Part part, long before) throws IOException {
        passage.pass(part.end());
        return passage.lines() - before;
    }

    private void end(MimeFields mime) {
        mime.md5(structure.octet(' '));
        mime.extension(structure);
        structure.octet(')');
    }

    private void both(String text) {
        body.ascii(text);
        structure.ascii(text);
    }
}
