package org.posthouse.imap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.function.BooleanSupplier;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Mail;
import org.posthouse.message.Content;
import org.posthouse.message.Headers;
import org.posthouse.message.Part;
import org.posthouse.message.StoredContent;

/**
 * The text of one message after the other, decoded, for a finder. Of a body that is what a reader could see in its parts of text,
 * with the headers of the parts and of messages inside; HTML as it is. Attachments of other types hold no text. A message that fits
 * into the buffer is read once, of a larger one there is never more in memory. Of one thread.
 */
final class MailText {
    private final AccountSession session;
    private final String folder;
    private final Finder finder;
    private final Pace pace;
    private final BooleanSupplier cancelled;
    private final byte[] buffer = new byte[256 * 1024];
    private Mail mail;
    private Content content;
    private boolean whole; // the message is in the buffer

    MailText(AccountSession session, String folder, Finder finder, Pace pace, BooleanSupplier cancelled) {
        this.session = session;
        this.folder = folder;
        this.finder = finder;
        this.pace = pace;
        this.cancelled = cancelled;
    }

    /** Goes to another message. NoSuchFileException when it is gone. */
    void open(Mail next) throws IOException {
        mail = next;
        whole = next.size() <= buffer.length;
        if (!whole) {
            content = session.content(folder, next);
            return;
        }
        int length = 0;
        for (int n = -1; length < next.size() && n != 0; length += n) {
            var into = length == 0 ? buffer : new byte[(int) next.size() - length];
            n = session.read(folder, next, length, into);
            System.arraycopy(into, 0, buffer, length, into == buffer ? 0 : n);
        }
        content = new StoredContent(StoredContent.inMemory(buffer, length));
    }

    /** All of the message's own. */
    Headers headers() throws IOException {
        try {
            return content.headers();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Those of these needles that are in the header. */
    BitSet findInHeader(BitSet needles) throws IOException {
        finder.begin(needles);
        if (!finder.done()) {
            find(headers());
        }
        return finder.found();
    }

    private void find(Headers headers) {
        for (var field : headers.fields()) {
            finder.text(field.name() + ": " + EncodedWords.decoded(field.body()));
            finder.breakText();
        }
    }

    /** With those that were found in the header. */
    BitSet findInBody(BitSet needles) throws IOException {
        finder.want(needles);
        try {
            if (!finder.done()) {
                find(content.tree());
            }
            return finder.found();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** No deeper than the parser's limit. */
    private void find(Part part) throws IOException {
        for (var inner : part.parts()) {
            if (finder.done() || cancelled.getAsBoolean()) {
                return;
            }
            find(inner.headers());
            find(inner);
        }
        if (part.parts().isEmpty() && (part.opaque() || part.type().startsWith("text/"))) {
            findInText(part);
        }
    }

    private void findInText(Part part) throws IOException {
        var encoding = TransferDecoder.of(part.headers().first("content-transfer-encoding").orElse(""));
        var named = Charsets.find(part.parameters().getOrDefault("charset", "utf-8"));
        var text = new TextDecoder(named.orElse(StandardCharsets.UTF_8), finder);
        if (whole) {
            encoding.put(buffer, (int) part.body(), (int) part.end(), text);
        } else {
            read(part, encoding, text);
        }
        text.end();
    }

    private void read(Part part, TransferDecoder encoding, TextDecoder text) throws IOException {
        long at = part.body();
        while (at < part.end() && !finder.done() && !cancelled.getAsBoolean()) {
            int n = (int) Math.min(session.read(folder, mail, at, buffer), part.end() - at);
            if (n == 0) {
                throw new IOException("message " + mail.uid() + " is shorter than it was");
            }
            encoding.put(buffer, 0, n, text);
            at += n;
            pace.went(n);
        }
    }
}
