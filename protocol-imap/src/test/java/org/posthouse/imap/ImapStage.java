package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.disk.HomeDisk;
import org.posthouse.indexed.IndexedMailboxes;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.EngineMailboxes;
import org.posthouse.mailbox.MailboxEngine;
import org.posthouse.mailbox.MemoryStore;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Contents;
import org.posthouse.message.Refusal;
import org.posthouse.message.Spool;
import org.posthouse.net.Connection;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Protocol;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.net.Transcript;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.queue.DeliveryId;
import org.posthouse.swap.Plugins;

/**
 * IMAP over the real engine, with ann (password {@code secret}) and bob (password {@code two words}), both of example.test; ann
 * may keep 100,000 octets. Its words:
 * <pre>
 * {@literal @}mail FOLDER TEXT      a message comes into a folder of ann's; \n ends a line
 * {@literal @}letters N             so many short messages come into ann's INBOX
 * {@literal @}folder NAME           ann has that folder
 * {@literal @}flag FOLDER UID FLAGS another program sets these flags of a message, in place of others
 * {@literal @}lose FOLDER UIDS      another program removes messages
 * {@literal @}late FOLDER UID TEXT  another program puts in a message under a UID that was passed over already
 * {@literal @}away mail|users       from now on mailboxes or directory are away
 * {@literal @}broken                from now on mail cannot be read
 * {@literal @}back                  all is well again
 * {@literal @}story S1 a b          asserts what was traced of a session
 * {@literal @}set KEY VALUE         a setting of the protocol
 * {@literal @}together              connections share the settings and the time of the first one from here on
 * </pre>
 */
final class ImapStage implements Transcript.Stage {
    private static final AccountId ANN = new AccountId("ann@example.test");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final FixedAccounts accounts = new FixedAccounts("example.test").with("ann", "secret").with("bob", "two words");
    private final MemoryTrace trace = new MemoryTrace();
    private final MemoryStore store = new MemoryStore();
    private final Plugins<MailboxEngine> engines = new Plugins<>("mailboxes");
    private final EngineMailboxes mailboxes;
    private final MailboxEngine engine;
    private FixedConfig config = FixedConfig.DEFAULT;
    private Optional<ImapProtocol> protocol = Optional.empty();
    private boolean together;
    private int letters;

    ImapStage() {
        try {
            var home = Files.createTempDirectory("imap");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(home)));
            engine = new IndexedMailboxes(new EngineConfig(), _ -> store, new HomeDisk(home));
            engine.open();
            engines.grace(Duration.ofMillis(1));
            engines.arrive("mailboxes-indexed", engine, Map.of());
            var spool = new Spool(home.resolve("spool"), 10_000);
            spool.clean();
            mailboxes = new EngineMailboxes(engines, this::account, spool);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Account> account(String name) {
        return Optional.of(new Account(new AccountId(name), Map.of("quota", "100000")));
    }

    private static void delete(Path home) {
        try (Stream<Path> all = Files.walk(home)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException _) {
            // only a folder for temporary files
        }
    }

    @Override
    public Protocol protocol() {
        return new Protocol() {
            @Override
            public String name() {
                return "imap";
            }

            @Override
            public void serve(Connection client) throws IOException {
                var clock = ((ScriptedConnection) client).clock();
                protocol = protocol.filter(_ -> together).or(() -> Optional.of(
                        new ImapProtocol(config, accounts, mailboxes, new FixedSite(), trace, new MemoryMetrics(), clock)));
                protocol.get().serve(client);
            }
        };
    }

    @Override
    public void told(String word, String text) {
        try {
            obey(word, text);
        } catch (Refusal e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void obey(String word, String text) throws Refusal, IOException {
        var words = text.split(" ", 3);
        switch (word) {
            case "mail" -> deliver(words[0], text.substring(words[0].length() + 1));
            case "letters" -> {
                for (int i = 0; i < Integer.parseInt(text); i++) {
                    deliver("INBOX", "Subject: letter " + (letters + 1) + "\\n\\nbody\\n");
                }
            }
            case "folder" -> mailboxes.open(ANN).create(text);
            case "flag" -> store.flag(new Store.Folder(ANN, words[0]), key(words[0], words[1]),
                    words.length < 3 ? Set.of() : Set.of(words[2].split(" ")));
            case "lose" -> lose(words[0], words[1]);
            case "late" -> store.put(new Store.Folder(ANN, words[0]), Long.parseLong(words[1]),
                    words[2].replace("\\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            case "away" -> away(text);
            case "broken" -> engines.arrive("mailboxes-indexed", broken(), Map.of());
            case "back" -> back();
            case "story" -> assertEquals(List.of(text.split(" ")).subList(1, text.split(" ").length), trace.story(words[0]));
            case "together" -> {
                together = true;
                protocol = Optional.empty();
            }
            case "set" -> config = config.with(words[0], words[1]);
            default -> throw new AssertionError("this stage knows no @" + word);
        }
    }

    private void deliver(String folder, String text) throws Refusal, IOException {
        letters++;
        mailboxes.open(ANN).deliver(folder, new DeliveryId("d." + letters), Contents.of(text.replace("\\n", "\n")), Set.of(),
                NOON.plusSeconds(letters));
    }

    private String key(String folder, String uid) throws IOException {
        return store.scan(new Store.Folder(ANN, folder)).stream()
                .filter(e -> e.uid().equals(OptionalLong.of(Long.parseLong(uid)))).findFirst().orElseThrow().key();
    }

    private void lose(String folder, String uids) throws Refusal, IOException {
        var ranges = Stream.of(uids.split(",")).map(r -> r.split(":"))
                .map(r -> new UidSet.Range(Long.parseLong(r[0]), Long.parseLong(r[r.length - 1]))).toList();
        mailboxes.open(ANN).expunge(folder, UidSet.ofRanges(ranges));
    }

    private void away(String what) {
        if (what.equals("users")) {
            accounts.away(true);
        } else {
            engines.depart(engine);
        }
    }

    private static MailboxEngine broken() {
        return new MailboxEngine() {
            @Override public void open() {}

            @Override public void close() {}

            @Override public AccountSession account(Account account) throws IOException {
                throw new IOException("as the transcript asks");
            }
        };
    }

    private void back() {
        accounts.away(false);
        engines.arrive("mailboxes-indexed", engine, Map.of());
    }
}
