package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.posthouse.it.Ledger.Text;

/**
 * All programs at work on one account at the same time, each in a loop of its own, and all that they are told goes into the
 * ledger. Whoever is to take a message away claims it first, as it could not be known else who did.
 */
final class Household implements AutoCloseable {
    /**
     * Whether mutt changes an mbox too. It writes the mbox anew with another size for each message, and takes a file of the same length for the same;
     * Dovecot does not get on with that, also without us, so of an mbox the three together prove nothing about us.
     */
    private static final boolean MUTT_REWRITES = Boolean.getBoolean("beside.mutt");
    private static final String INBOX = "INBOX";
    private static final String ARCHIVE = "Archive";
    private static final int DOVECOT_SEES_MILLIS = 2_100; // what another program appends to an mbox within a second in which it wrote itself

    /** One round of somebody's work. */
    @FunctionalInterface
    private interface Round {
        void go() throws IOException, InterruptedException;
    }

    private final Ledger ledger;
    private final Server server;
    private final Dovecot dovecot;
    private final Mutt mutt;
    private final boolean maildir;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Household(Ledger ledger, Server server, Dovecot dovecot, Mutt mutt, Neighbours.Format format) {
        this.ledger = ledger;
        this.server = server;
        this.dovecot = dovecot;
        this.mutt = mutt;
        this.maildir = format == Neighbours.Format.MAILDIR;
    }

    /** An mbox that is empty says nothing of UIDs, so the first message comes before all begin. */
    void begin(String procmailrc, Optional<Postfix> postfix) throws IOException {
        try (var imap = dovecot.imap()) {
            imap.command("CREATE " + ARCHIVE);
            append(imap);
            var first = look("Dovecot", imap, INBOX);
            if (!maildir) { // it bears the UIDs' base for the whole mbox, which mutt would take away with it
                ledger.claim(INBOX, first.values());
            }
        }
        int slow = maildir ? 1 : 10; // programs that want the lock of an mbox sleep for a second or more when it is not theirs at once
        work("smtp", 40 * slow, this::smtp);
        work("pop3", 100, new MailReader(ledger, server, 2)::round);
        work("pop3 too", 150, new MailReader(ledger, server, 3)::round);
        work("imap", 0, this::imap);
        work("imap too", 0, this::imap);
        work("procmail", 100 * slow, () -> procmail(procmailrc));
        if (maildir || MUTT_REWRITES) {
            work("mutt", 200 * slow, this::muttReads);
        }
        work("mutt sends", 200 * slow, this::muttSends);
        postfix.ifPresent(p -> work("postfix", 150 * slow, () -> postfix(p)));
    }

    private void work(String name, int pauseMillis, Round round) {
        threads.add(Thread.ofPlatform().name(name).start(() -> {
            while (!over) {
                try {
                    round.go();
                    TimeUnit.MILLISECONDS.sleep(pauseMillis);
                } catch (IOException e) {
                    ledger.trouble(name + ": " + e);
                } catch (InterruptedException _) {
                    return;
                }
            }
        }));
    }

    private void smtp() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            for (int i = 0; i < 5; i++) {
                var id = ledger.write("smtp", Text.LIKE_MBOX);
                var reply = smtp.message("smtp@example.org", "ann@example.test", ledger.message(id).replace("\n", "\r\n"));
                if (!reply.startsWith("250")) {
                    throw new IOException(id + " -> " + reply);
                }
                delivered(id);
            }
            smtp.command("QUIT", "221");
        }
    }

    /** In an mbox it may have to wait for a lock first. */
    private void delivered(String id) {
        if (maildir) {
            ledger.there(id);
        } else {
            ledger.accepted(id);
        }
    }

    private void procmail(String rc) throws IOException, InterruptedException {
        var id = ledger.write("procmail", Text.LIKE_MBOX);
        mutt.procmail(ledger.message(id), rc);
        ledger.there(id);
    }

    private void postfix(Postfix postfix) throws IOException {
        try (var smtp = postfix.smtp()) {
            for (var to : List.of("virtual@v.test", "local@l.test", "procmail@l.test")) {
                var id = ledger.write(to.substring(0, to.indexOf('@')), Text.LIKE_MBOX);
                var reply = smtp.message("postfix@example.org", to, ledger.message(id).replace("\n", "\r\n"));
                if (!reply.startsWith("250")) {
                    throw new IOException(id + " -> " + reply);
                }
                ledger.accepted(id);
            }
            smtp.command("QUIT", "221");
        }
    }

    private void muttSends() throws IOException, InterruptedException {
        var sent = ledger.write("muttsent", Text.PLAIN);
        mutt.send(sent, ledger.text(sent), "set smtp_url=smtp://127.0.0.1:" + server.port("mx") + "/");
        delivered(sent);
        var copied = ledger.write("muttcopy", Text.PLAIN);
        if (mutt.send(copied, ledger.text(copied), "set sendmail=/bin/true copy=yes record=" + mutt.inbox())) {
            ledger.there(copied);
        } else {
            ledger.did("copies that mutt could not make");
        }
    }

    /** Flags one message, deletes one and saves one to the other folder; Dovecot tells what came of it. */
    private void muttReads() throws IOException, InterruptedException {
        List<String> listed;
        try (var imap = dovecot.imap()) {
            listed = look("Dovecot", imap, INBOX).values().stream().toList();
        }
        var deleted = ledger.claim(INBOX, listed);
        var saved = ledger.claim(INBOX, listed);
        var keys = new StringBuilder();
        deleted.ifPresent(id -> keys.append("<delete-pattern>").append(Mutt.pattern(id)));
        saved.ifPresent(id -> keys.append("<tag-pattern>").append(Mutt.pattern(id)).append("<tag-prefix><save-message>").append(mutt.archive()).append("<enter>"));
        toFlag(listed, "13579").ifPresent(id -> keys.append("<untag-pattern>~A<enter><tag-pattern>").append(Mutt.pattern(id)).append("<tag-prefix><flag-message><untag-pattern>~A<enter>"));
        mutt.press(keys + "<sync-mailbox><quit>");
        try (var imap = dovecot.imap()) {
            var archive = look("Dovecot", imap, ARCHIVE);
            if (!maildir && saved.isPresent() && !archive.containsValue(saved.get())) {
                TimeUnit.MILLISECONDS.sleep(DOVECOT_SEES_MILLIS);
                archive = look("Dovecot", imap, ARCHIVE);
            }
            settle(imap, look("Dovecot", imap, INBOX), archive, deleted, saved);
        }
    }

    private void settle(Imap imap, Map<Long, String> inbox, Map<Long, String> archive, Optional<String> deleted, Optional<String> saved)
            throws IOException {
        deleted.ifPresent(id -> settle("mutt", id, inbox.containsValue(id), false));
        saved.filter(id -> inbox.containsValue(id) || archive.containsValue(id))
                .ifPresent(id -> settle("mutt", id, inbox.containsValue(id), archive.containsValue(id)));
        saved.filter(id -> !inbox.containsValue(id) && !archive.containsValue(id)).ifPresent(id -> ledger.willLie("mutt", id, ARCHIVE));
        if (saved.isPresent() && inbox.containsValue(saved.get()) && archive.containsValue(saved.get())) { // copied, but not deleted
            ledger.did("left by mutt");
            expunge(imap, uid(inbox, saved.get()));
        }
    }

    private void settle(String by, String id, boolean inInbox, boolean inArchive) {
        if (inArchive) {
            ledger.lies(by, id, ARCHIVE);
        } else if (inInbox) {
            ledger.did("left by " + by);
            ledger.lies(by, id, INBOX);
        } else {
            ledger.removed(by, id);
        }
    }

    private static long uid(Map<Long, String> listed, String id) {
        return listed.entrySet().stream().filter(e -> e.getValue().equals(id)).findFirst().orElseThrow().getKey();
    }

    /** Selects the folder; what it lists. */
    private Map<Long, String> look(String who, Imap imap, String folder) throws IOException {
        long began = System.nanoTime();
        ledger.validity("Dovecot", folder, Imap.validity(imap.command("SELECT " + folder)));
        var listed = imap.ids();
        ledger.seen(who, folder, began, listed);
        var byUid = new HashMap<Long, String>();
        listed.forEach(e -> byUid.put(e.getKey(), e.getValue()));
        return byUid;
    }

    private static void expunge(Imap imap, long uid) throws IOException {
        imap.command("UID STORE " + uid + " +FLAGS.SILENT (\\Deleted)");
        imap.command("UID EXPUNGE " + uid);
    }

    /** A session of Dovecot that appends, flags, moves, expunges and reads. */
    private void imap() throws IOException, InterruptedException {
        try (var imap = dovecot.imap()) {
            for (int i = 0; i < 4 && !over; i++) {
                append(imap);
                var inbox = look("Dovecot", imap, INBOX);
                flag(imap, inbox);
                move(imap, inbox);
                var gone = ledger.claim(INBOX, inbox.values());
                if (gone.isPresent()) {
                    expunge(imap, uid(inbox, gone.get()));
                    settle("Dovecot", gone.get(), look("Dovecot", imap, INBOX).containsValue(gone.get()), false); // not always in an mbox
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            imap.command("LOGOUT");
        }
    }

    private void append(Imap imap) throws IOException {
        var id = ledger.write("append", Text.PLAIN);
        imap.append(INBOX, "\\Seen", ledger.message(id).replace("\n", "\r\n"));
        ledger.there(id);
    }

    /** One way only: of to and fro Dovecot complains itself in a Maildir, and its sessions wait for each other for ever in an mbox. */
    private void move(Imap imap, Map<Long, String> inbox) throws IOException {
        var id = ledger.claim(INBOX, inbox.values());
        if (id.isPresent()) {
            try {
                imap.command("UID MOVE " + uid(inbox, id.get()) + " " + ARCHIVE);
            } catch (IOException e) {
                if (maildir || !dovecot.tookBackASize()) {
                    throw e;
                }
                ledger.did("moves that Dovecot gave up");
                var archive = look("Dovecot", imap, ARCHIVE);
                settle(imap, look("Dovecot", imap, INBOX), archive, Optional.empty(), id);
                return;
            }
            ledger.lies("Dovecot", id.get(), ARCHIVE);
        }
    }

    /** Each message is flagged by one program, as mutt overwrites what others do to the same one. */
    private static Optional<String> toFlag(Collection<String> inbox, String lastDigits) {
        return inbox.stream().filter(id -> lastDigits.indexOf(id.charAt(id.length() - 1)) >= 0).skip(inbox.size() / 4).findFirst();
    }

    private void flag(Imap imap, Map<Long, String> inbox) throws IOException {
        var id = toFlag(inbox.values(), "02468");
        if (id.isPresent()) {
            imap.command("UID STORE " + uid(inbox, id.get()) + " +FLAGS (\\Answered $Beside)");
            if (!maildir) {
                return; // of an mbox that mutt works on, Dovecot loses flags and cuts texts, also without us
            }
            ledger.flagged(id.get());
            var message = imap.body(uid(inbox, id.get()));
            if (message.isEmpty()) {
                ledger.did("gone before Dovecot read it");
            } else {
                ledger.read("Dovecot", id.get(), message);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        for (var thread : threads) {
            thread.join();
        }
    }

    /** What each program has in the end. */
    void compare() throws IOException {
        try (var imap = dovecot.imap()) {
            var archive = look("Dovecot", imap, ARCHIVE).values().stream().toList();
            var flagged = new HashSet<>(flagged(imap));
            var inbox = look("Dovecot", imap, INBOX);
            flagged.addAll(flagged(imap));
            for (var one : maildir ? inbox.entrySet() : Set.<Map.Entry<Long, String>>of()) {
                ledger.read("Dovecot", one.getValue(), imap.body(one.getKey()));
            }
            ledger.end(Map.of(INBOX, inbox.values().stream().toList(), ARCHIVE, archive), flagged);
            new MailReader(ledger, server, 4).round();
        }
    }

    private static List<String> flagged(Imap imap) throws IOException {
        var uids = String.join(",", imap.command("UID SEARCH KEYWORD $Beside ANSWERED").getFirst().replace("* SEARCH", "").strip().split(" "));
        return uids.isEmpty() ? List.of()
                : imap.ids("UID FETCH " + uids + " (UID BODY.PEEK[HEADER.FIELDS (X-Beside)])").stream().map(Map.Entry::getValue).toList();
    }
}
