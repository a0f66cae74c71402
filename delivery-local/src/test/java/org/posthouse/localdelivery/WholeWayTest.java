package org.posthouse.localdelivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.indexed.IndexedMailboxes;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.EngineMailboxes;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.mailbox.MailboxEngine;
import org.posthouse.mailbox.PluginStores;
import org.posthouse.mailbox.Store;
import org.posthouse.maildir.MaildirStore;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.net.FixedSite;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.DeliveryId;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Outcome;
import org.posthouse.swap.Plugins;

/** From a consignment to the disk and back to a reader, with the real parts. */
class WholeWayTest {
    private static final AccountId ANN = new AccountId("ann@example.test");
    private static final String RETURN_PATH = "Return-Path: <bob@elsewhere.test>\r\n";

    @TempDir Path home;

    private final Plugins<Store> stores = new Plugins<>("store");
    private final Plugins<MailboxEngine> engines = new Plugins<>("mailboxes");
    private final EngineMailboxes mailboxes =
            new EngineMailboxes(engines, name -> Optional.of(new Account(new AccountId(name), Map.of())), null);
    private final LocalDelivery delivery = new LocalDelivery(Configs.deliveredTo(false), mailboxes, Clock.systemUTC());

    @BeforeEach
    void start() {
        bringStore("lf");
        bringEngine();
    }

    private void bringStore(String lineEnds) {
        var store = new MaildirStore(Configs.maildir(lineEnds), new HomeDisk(home), new FixedSite());
        store.open();
        stores.arrive("store-maildir", store, Map.of());
    }

    private void bringEngine() {
        var engine = new IndexedMailboxes(Configs.indexed(), new PluginStores(stores), new HomeDisk(home));
        engine.open();
        engines.arrive("mailboxes-indexed", engine, Map.of());
    }

    private Outcome deliver(String id, Content content) throws IOException {
        var ann = new Recipient(new Address("ann", "example.test"));
        return delivery.deliver(new Consignment(new DeliveryId(id), new Sender(new Address("bob", "elsewhere.test")),
                Destination.local(ANN.name(), "INBOX"), List.of(ann), content)).get(ann);
    }

    private static byte[] octets(AccountSession session, Mail mail) throws IOException {
        try (var in = session.read("INBOX", mail)) {
            return in.readAllBytes();
        }
    }

    private static List<Mail> mails(AccountSession session) throws Refusal, IOException {
        return session.list("INBOX").mails();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lf", "crlf"})
    void whatIsDeliveredIsReadOctetByOctet(String lineEnds) throws Exception {
        bringStore(lineEnds);
        var random = new Random(7);
        var letters = new ArrayList<Letter>();
        for (int size : new int[] {0, 1, 100, 4096, 65_535, 65_536, 262_144, 700_000}) {
            var octets = new byte[size];
            random.nextBytes(octets);
            letters.add(Letter.of(new String(octets, StandardCharsets.ISO_8859_1)));
        }
        for (int i = 0; i < letters.size(); i++) {
            assertInstanceOf(Outcome.Delivered.class, deliver("a.1." + i, letters.get(i)));
        }
        var session = mailboxes.open(ANN);
        var mails = mails(session);
        assertEquals(letters.size(), mails.size());
        var sizes = new TreeSet<Long>();
        for (var mail : mails) {
            var letter = letters.stream().filter(l -> l.withFirst(RETURN_PATH).size() == mail.size()).findFirst().orElseThrow();
            assertArrayEquals(letter.withFirst(RETURN_PATH).octets(), octets(session, mail));
            sizes.add(mail.size());
        }
        assertEquals(letters.size(), sizes.size());
    }

    @Test
    void aSessionAndADownloadOutliveASwapOfEngineAndStore() throws Exception {
        var letter = Letter.of("line of text\n".repeat(60_000));
        deliver("a.1.1", letter);
        var session = mailboxes.open(ANN);
        var listing = session.list("INBOX");
        try (var in = session.read("INBOX", listing.mails().getFirst())) {
            var first = in.readNBytes(300_000);
            bringStore("crlf");
            bringEngine();
            var rest = in.readAllBytes();
            assertEquals(listing.mails().getFirst().size(), first.length + rest.length);
        }
        assertEquals(listing.mails(), mails(session));
        deliver("a.1.1", letter);
        assertEquals(listing.mails(), mails(session));
    }

    @Test
    void concurrentDeliveriesAllArriveOnceWhileAReaderRemovesThem() throws Exception {
        var done = new ArrayList<Future<?>>();
        var seen = new TreeSet<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < 8; w++) {
                int writer = w;
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 25; i++) {
                        var id = writer + "." + i;
                        assertInstanceOf(Outcome.Delivered.class, deliver("m." + id, Letter.of("Subject: " + id + "\n\n")));
                    }
                    return null;
                }));
            }
            done.add(threads.submit(() -> {
                var session = mailboxes.open(ANN);
                while (seen.size() < 200) {
                    var mails = mails(session);
                    for (var mail : mails) {
                        seen.add(new String(octets(session, mail), StandardCharsets.US_ASCII));
                    }
                    session.expunge("INBOX", UidSet.ofSorted(mails.stream().mapToLong(Mail::uid)));
                }
                return null;
            }));
        }
        for (var each : done) {
            each.get();
        }
        var expected = new TreeSet<String>();
        IntStream.range(0, 200).forEach(n -> expected.add(RETURN_PATH + "Subject: " + n / 25 + "." + n % 25 + "\r\n\r\n"));
        assertEquals(expected, seen);
        assertEquals(List.of(), mails(mailboxes.open(ANN)));
    }
}
