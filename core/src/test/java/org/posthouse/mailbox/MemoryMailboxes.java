package org.posthouse.mailbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.message.Spool;
import org.posthouse.message.Spooled;
import org.posthouse.queue.DeliveryId;

/** Mailboxes in memory. Every account exists; {@link #fail} and {@link #refuse} make all calls fail until {@link #mend}. */
public final class MemoryMailboxes implements Mailboxes {
    private record Kept(Mail mail, byte[] octets) {}

    private static final class Folder {
        final Map<Long, Kept> mails = new TreeMap<>();
        long uidNext = 1;
    }

    private final Map<AccountId, Map<String, Folder>> accounts = new HashMap<>();
    private final Set<String> stored = new TreeSet<>();
    private IOException failure;
    private Refusal refusal;
    private int letters;

    /** Puts a message into the account's INBOX; any line ends. */
    public synchronized void put(String account, String text) {
        letters++;
        store(folders(new AccountId(account)).get("INBOX"), Letter.of(text).octets(), Set.of(), Instant.EPOCH.plusSeconds(letters));
    }

    /** The texts in a folder, in order of their UIDs. */
    public synchronized List<String> texts(String account, String folder) {
        var found = folders(new AccountId(account)).get(folder);
        return found == null ? List.of() : found.mails.values().stream().map(k -> new Letter(k.octets()).toString()).toList();
    }

    public synchronized void fail(IOException with) {
        failure = with;
    }

    public synchronized void refuse(Refusal with) {
        refusal = with;
    }

    public synchronized void mend() {
        failure = null;
        refusal = null;
    }

    @Override
    public AccountSession open(AccountId account) throws IOException {
        mayFail();
        return new Session(account);
    }

    @Override
    public Spooled spool(InputStream in, long maxOctets) throws Refusal, IOException {
        return new Spool(Path.of(System.getProperty("java.io.tmpdir")), 1 << 20).take(in, maxOctets);
    }

    private synchronized Map<String, Folder> folders(AccountId account) {
        return accounts.computeIfAbsent(account, _ -> new TreeMap<>(Map.of("INBOX", new Folder())));
    }

    private synchronized void mayFail() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized void mayRefuse() throws Refusal, IOException {
        mayFail();
        if (refusal != null) {
            throw refusal;
        }
    }

    private synchronized void store(Folder into, byte[] octets, Set<String> flags, Instant received) {
        long uid = into.uidNext++;
        into.mails.put(uid, new Kept(new Mail(uid, octets.length, flags, received, uid, "" + uid), octets));
    }

    private final class Session implements AccountSession {
        private final AccountId account;

        Session(AccountId account) {
            this.account = account;
        }

        @Override
        public List<String> folders() throws IOException {
            mayFail();
            synchronized (MemoryMailboxes.this) {
                var names = new ArrayList<>(MemoryMailboxes.this.folders(account).keySet());
                names.remove("INBOX");
                names.addFirst("INBOX");
                return names;
            }
        }

        @Override
        public Listing list(String folder) throws Refusal, IOException {
            mayRefuse();
            synchronized (MemoryMailboxes.this) {
                var found = find(folder);
                var mails = found.mails.values().stream().map(Kept::mail).toList();
                return Listing.empty(1, 1, 1).with(mails, UidSet.NONE, found.uidNext, found.uidNext);
            }
        }

        @Override
        public InputStream read(String folder, Mail mail) throws IOException {
            mayFail();
            synchronized (MemoryMailboxes.this) {
                var kept = find(folder).mails.get(mail.uid());
                if (kept == null) {
                    throw new NoSuchFileException(folder + " " + mail.uid());
                }
                return new ByteArrayInputStream(kept.octets());
            }
        }

        @Override
        public void deliver(String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
                throws Refusal, IOException {
            mayRefuse();
            byte[] octets;
            try (var in = content.open()) {
                octets = in.readAllBytes();
            }
            synchronized (MemoryMailboxes.this) {
                if (stored.add(account + " " + folder + " " + id)) {
                    store(MemoryMailboxes.this.folders(account).computeIfAbsent(folder, _ -> new Folder()), octets, flags, received);
                }
            }
        }

        @Override
        public void expunge(String folder, UidSet uids) throws Refusal, IOException {
            mayRefuse();
            synchronized (MemoryMailboxes.this) {
                find(folder).mails.keySet().removeIf(uids::contains);
            }
        }

        private static final String MISSING = "mailboxes in memory only deliver, list, read and expunge";

        @Override
        public int read(String folder, Mail mail, long offset, byte[] into) throws IOException {
            try (var in = read(folder, mail)) {
                in.skipNBytes(Math.min(offset, mail.size()));
                return in.readNBytes(into, 0, into.length);
            }
        }

        @Override
        public Set<String> subscriptions() {
            return Set.of();
        }

        @Override
        public Map<String, String> specialUses() {
            return Map.of();
        }

        @Override
        public void subscribe(String folder) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public void unsubscribe(String folder) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public void create(String folder) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public void delete(String folder) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public void rename(String folder, String to) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public Changes changesSince(String folder, long modseq) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public long claimRecent(String folder, long below) {
            return below;
        }

        @Override
        public Map<Long, Digest> digests(String folder, List<Mail> mails) {
            return Map.of();
        }

        @Override
        public Content content(String folder, Mail mail) {
            synchronized (MemoryMailboxes.this) {
                return new Letter(MemoryMailboxes.this.folders(account).get(folder).mails.get(mail.uid()).octets());
            }
        }

        @Override
        public Placed append(String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
                throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public UidSet flag(String folder, UidSet uids, FlagUpdate update) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public void expungeDeleted(String folder, UidSet uids) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public Placed copy(String folder, UidSet uids, String to) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public Placed move(String folder, UidSet uids, String to) throws IOException {
            throw new IOException(MISSING);
        }

        @Override
        public Quota quota() {
            return new Quota(0, 0, OptionalLong.empty());
        }

        @Override
        public Watch.Watching watch(String folder, Watch watch) {
            return () -> {};
        }

        private Folder find(String folder) throws NoSuchFileException {
            var found = MemoryMailboxes.this.folders(account).get(folder);
            if (found == null) {
                throw new NoSuchFileException(folder);
            }
            return found;
        }
    }
}
