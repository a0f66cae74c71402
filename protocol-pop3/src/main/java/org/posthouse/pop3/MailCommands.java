package org.posthouse.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.function.IntFunction;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands of the TRANSACTION state (RFC 1939 §5 and §7) on one maildrop. */
final class MailCommands {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-pop3");
    private static final int LARGEST_PIECE = 32 << 10;
    private static final int SMALLEST_PIECE = 512;

    private final Connection client;
    private final Replies replies;
    private int retrieved;
    private int deleted;

    MailCommands(Connection client, Replies replies) {
        this.client = client;
        this.replies = replies;
    }

    /** How many messages were sent whole; some clients ask TOP for them, with a great many lines. */
    int retrieved() {
        return retrieved;
    }

    /** How many messages were removed. */
    int deleted() {
        return deleted;
    }

    void stat(Maildrop maildrop) throws IOException {
        replies.ok(maildrop.count() + " " + maildrop.size());
    }

    void list(Maildrop maildrop, Command command) throws IOException {
        listing(maildrop, command, number -> number + " " + maildrop.size(number));
    }

    void uidl(Maildrop maildrop, Command command) throws IOException {
        listing(maildrop, command, number -> number + " " + maildrop.uid(number));
    }

    private void listing(Maildrop maildrop, Command command, IntFunction<String> line) throws IOException {
        if (command.words().isEmpty()) {
            replies.ok(maildrop.count() + " messages");
            for (int number : (Iterable<Integer>) maildrop.numbers()::iterator) {
                replies.line(line.apply(number));
            }
            replies.line(".");
            return;
        }
        var number = theMessage(maildrop, command);
        if (number.isPresent()) {
            replies.ok(line.apply(number.get()));
        }
    }

    void retr(Maildrop maildrop, Command command) throws IOException {
        var number = theMessage(maildrop, command);
        if (number.isPresent()) {
            send(maildrop, number.get(), MessageWriter.whole(client));
        }
    }

    void top(Maildrop maildrop, Command command) throws IOException {
        var words = command.words();
        if (words.size() != 2 || !words.get(1).matches("\\d{1,9}")) {
            replies.refuse("TOP needs a message and a number of lines");
            return;
        }
        var number = message(maildrop, words.getFirst());
        if (number.isPresent()) {
            send(maildrop, number.get(), MessageWriter.top(client, Long.parseLong(words.get(1))));
        }
    }

    void dele(Maildrop maildrop, Command command) throws IOException {
        var number = theMessage(maildrop, command);
        if (number.isPresent()) {
            maildrop.delete(number.get());
            replies.ok("message " + number.get() + " will be deleted");
        }
    }

    void rset(Maildrop maildrop) throws IOException {
        maildrop.reset();
        replies.ok(maildrop.count() + " messages");
    }

    /** RFC 1939 §6: whatever comes of it, the session ends. */
    void quit(Maildrop maildrop) throws IOException {
        try {
            deleted = maildrop.update();
        } catch (Refusal e) {
            replies.refuse(e.status());
            return;
        } catch (IOException e) {
            LOG.warn("cannot delete messages account={}: {}", maildrop.account(), e.toString());
            replies.tryLater("some deleted messages were not removed");
            return;
        }
        replies.ok("bye");
    }

    private Optional<Integer> theMessage(Maildrop maildrop, Command command) throws IOException {
        return message(maildrop, command.text().strip());
    }

    private Optional<Integer> message(Maildrop maildrop, String written) throws IOException {
        var number = maildrop.find(written);
        if (number.isEmpty()) {
            replies.refuse("no such message");
        }
        return number;
    }

    /**
     * Sends a message. Once a piece is on its way there is no way to tell the client of a failure but to end the connection,
     * so an IOException is left to do that: a lone dot would be a lie.
     */
    private void send(Maildrop maildrop, int number, MessageWriter writer) throws IOException {
        var piece = new byte[Math.clamp(maildrop.size(number), SMALLEST_PIECE, LARGEST_PIECE)];
        var begun = begin(maildrop, number, piece);
        if (begun.isEmpty()) {
            return;
        }
        try (var in = begun.get().in()) {
            replies.ok(maildrop.size(number) + " octets");
            int length = begun.get().length();
            while (length > 0 && writer.write(piece, length)) {
                length = in.read(piece);
            }
            writer.end();
            retrieved += length > 0 ? 0 : 1;
        }
    }

    /** A message whose first octets were read. */
    private record Begun(InputStream in, int length) {}

    /** Absent when the message is gone or cannot be read, which the client is told. */
    private Optional<Begun> begin(Maildrop maildrop, int number, byte[] piece) throws IOException {
        try {
            return Optional.of(begin(maildrop.read(number), piece));
        } catch (NoSuchFileException e) {
            replies.refuse("message " + number + " is gone");
        } catch (IOException e) {
            LOG.warn("cannot read message account={} uid={}: {}", maildrop.account(), maildrop.uid(number), e.toString());
            replies.tryLater("message " + number + " cannot be read for now");
        }
        return Optional.empty();
    }

    private static Begun begin(InputStream in, byte[] piece) throws IOException {
        try {
            return new Begun(in, in.read(piece));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
