package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.MemoryStore;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Content;
import org.posthouse.message.Contents;
import org.posthouse.message.Headers;
import org.posthouse.message.Part;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

/** Digests are made once. What was kept is told from what is read anew by another text that is put under it, of the same length. */
class KeptDigestsTest {
    private static final AccountId ANN = new AccountId("ann@example.test");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final byte[] OTHER = "Subject: other\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir private Path home;

    private final MemoryStore store = new MemoryStore();
    private AccountSession mail;

    @BeforeEach
    void start() throws IOException {
        var engine = new IndexedMailboxes(Configs.usual(), _ -> store, new HomeDisk(home), Clock.systemUTC());
        engine.open();
        mail = engine.account(new Account(ANN, Map.of()));
    }

    private static Content first() {
        return Contents.of("Subject: first\n\nx\n");
    }

    private void deliver(String id, Content content) throws Refusal, IOException {
        mail.deliver("INBOX", new DeliveryId(id), content, Set.of(), NOON);
    }

    private void replace(String folder) throws Refusal, IOException {
        for (var message : mail.list(folder).mails()) {
            store.write(new Folder(ANN, folder), message.key(), OTHER);
        }
    }

    private void assertFirst(String folder, List<Mail> mails) throws IOException {
        var digests = mail.digests(folder, mails);
        assertEquals(mails.size(), digests.size());
        digests.values().forEach(digest -> assertTrue(text(digest).contains("first"), () -> text(digest)));
    }

    private static String text(Digest digest) {
        return StandardCharsets.US_ASCII.decode(digest.envelope().duplicate()).toString();
    }

    @Test
    void goWithMessagesThatAreCopiedAndMoved() throws Exception {
        deliver("a.1", first());
        deliver("a.2", first());
        mail.create("Copies");
        mail.create("Moved");
        mail.copy("INBOX", UidSet.range(1, 2), "Copies");
        mail.move("INBOX", UidSet.range(1, 2), "Moved");
        replace("Copies");
        replace("Moved");
        assertFirst("Copies", mail.list("Copies").mails());
        assertFirst("Moved", mail.list("Moved").mails());
    }

    @Test
    void areFoundByAnEngineThatHasNotLookedAtTheFolderYet() throws Exception {
        deliver("a.1", first());
        deliver("a.2", first());
        var mails = mail.list("INBOX").mails();
        replace("INBOX");
        start();
        assertFirst("INBOX", mails);
        Files.delete(home.resolve("var/index/example.test/ann/inbox.box.digests"));
        start();
        assertEquals(2, mail.digests("INBOX", mails).size());
    }

    /** As when a session looks, woken by the new file, while the delivery goes on. */
    @Test
    void areFoundWhereTheMessageWasSeenBeforeItsDigestWasMade() throws Exception {
        var letter = first();
        deliver("a.1", new Content() {
            @Override public long size() {
                return letter.size();
            }

            @Override public InputStream open() throws IOException {
                return letter.open();
            }

            @Override public Headers headers() {
                return letter.headers();
            }

            @Override public Part tree() {
                try {
                    assertEquals(1, mail.list("INBOX").size());
                    return letter.tree();
                } catch (Refusal e) {
                    throw new IllegalStateException(e);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override public Content withFirst(String headerLines) {
                return letter.withFirst(headerLines);
            }
        });
        replace("INBOX");
        assertFirst("INBOX", mail.list("INBOX").mails());
    }

    @Test
    void thatNobodyWaitsForDoNotKeepTheFileFromBeingWrittenAnew() throws Exception {
        var file = home.resolve("digests");
        var digests = new DigestFile(file, new HomeDisk(home));
        var large = ByteBuffer.wrap(new byte[300_000]).asReadOnlyBuffer();
        for (int i = 0; i < 10; i++) {
            digests.append("k" + i, new Digest(large, large, large, large, 1));
        }
        var here = new Mail(1, 10, Set.of(), NOON, 1, "k3");
        var places = digests.tidy(Listing.empty(1, 1, 1).with(List.of(here), UidSet.NONE, 2, 2));
        assertEquals(1, places.size());
        assertTrue(Files.size(file) < 2_000_000, () -> file.toFile().length() + " octets");
        assertEquals(300_000, digests.get(here).orElseThrow().envelope().remaining());
    }
}
