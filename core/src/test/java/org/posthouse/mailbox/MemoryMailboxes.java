package org.posthouse.mailbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
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
        into.mails.put(uid, new Kept(new Mail(uid, octets.length, flags, received), octets));
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
                return new Listing(1, found.uidNext, found.mails.values().stream().map(Kept::mail).toList());
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
        public void append(String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
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
        public void expunge(String folder, Collection<Long> uids) throws Refusal, IOException {
            mayRefuse();
            synchronized (MemoryMailboxes.this) {
                find(folder).mails.keySet().removeAll(Set.copyOf(uids));
            }
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
