package org.posthouse.indexed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.posthouse.auth.Account;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.BadFolderName;
import org.posthouse.mailbox.Changes;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.Inbox;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.Placed;
import org.posthouse.mailbox.Quota;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.UidSet;
import org.posthouse.mailbox.Watch;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One account's mail over its store: each call in its own words to the folders it concerns. */
final class IndexedAccount implements AccountSession {
    private static final Logger LOG = LoggerFactory.getLogger("mailboxes-indexed");

    private final Account account;
    private final Store store;
    private final AccountIndex index;
    private final FolderTree tree;
    private final Allowance allowance;

    IndexedAccount(Account account, Store store, AccountIndex index, Map<String, String> specialUses) {
        this.account = account;
        this.store = store;
        this.index = index;
        this.tree = new FolderTree(account.id(), store, index, specialUses);
        this.allowance = new Allowance(account, this::folder, store, index.usage());
    }

    private Folder at(String name) {
        return new Folder(account.id(), Inbox.canonical(name));
    }

    private FolderIndex folder(String name) throws IOException {
        return index.folder(store, Inbox.canonical(name));
    }

    @Override
    public List<String> folders() throws IOException {
        return store.folders(account.id());
    }

    @Override
    public Set<String> subscriptions() throws IOException {
        return store.subscriptions(account.id());
    }

    @Override
    public Map<String, String> specialUses() throws IOException {
        return tree.specialUses();
    }

    @Override
    public void subscribe(String name) throws IOException {
        store.subscribe(at(name));
    }

    @Override
    public void unsubscribe(String name) throws IOException {
        store.unsubscribe(at(name));
    }

    @Override
    public void create(String name) throws Refusal, IOException {
        tree.create(Inbox.canonical(name));
    }

    @Override
    public void delete(String name) throws Refusal, IOException {
        tree.delete(Inbox.canonical(name));
    }

    @Override
    public void rename(String name, String to) throws Refusal, IOException {
        if (!Inbox.canonical(name).equals(Inbox.NAME)) {
            tree.rename(Inbox.canonical(name), Inbox.canonical(to));
            return;
        }
        tree.create(Inbox.canonical(to));
        move(Inbox.NAME, UidSet.range(1, Long.MAX_VALUE - 1), to);
    }

    @Override
    public Listing list(String name) throws IOException {
        return folder(name).now();
    }

    @Override
    public Changes changesSince(String name, long modseq) throws IOException {
        return folder(name).changesSince(modseq);
    }

    @Override
    public long claimRecent(String name, long below) throws IOException {
        return folder(name).claimRecent(below);
    }

    @Override
    public Map<Long, Digest> digests(String name, List<Mail> mails) throws IOException {
        var folder = folder(name);
        folder.load();
        var found = new LinkedHashMap<Long, Digest>();
        var made = new ArrayList<Mail>();
        for (var mail : mails) {
            var kept = folder.digests().get(mail);
            if (kept.isPresent()) {
                found.put(mail.uid(), kept.get());
                continue;
            }
            try {
                var digest = digest(name, mail);
                found.put(mail.uid(), digest);
                keep(folder, mail.key(), digest);
                made.add(mail);
            } catch (NoSuchFileException _) {
                // another program has removed it
            }
        }
        folder.placed(folder.digests().arrived(made));
        return found;
    }

    private Digest digest(String name, Mail mail) throws IOException {
        try {
            return Digester.digestStored(content(name, mail));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Only for speed: what cannot be kept is made again when it is asked for, and what was stored is stored. */
    private void keep(FolderIndex folder, String key, Digest digest) {
        try {
            index.files().make(account.id());
            folder.digests().append(key, digest);
        } catch (IOException e) {
            LOG.debug("a digest is not kept: {}", e.toString());
        }
    }

    @Override
    public int read(String name, Mail mail, long offset, byte[] into) throws IOException {
        return store.read(at(name), mail.key(), offset, into);
    }

    @Override
    public int read(String name, Mail mail, long offset, ByteBuffer into) throws IOException {
        return store.read(at(name), mail.key(), offset, into);
    }

    @Override
    public void deliver(String name, DeliveryId id, Content content, Set<String> flags, Instant received) throws Refusal, IOException {
        allowance.check(content.size(), "5.2.2");
        try {
            deliver(at(name), id, content, flags, received);
        } catch (BadFolderName _) {
            throw new Refusal("5.2.0", "There can be no folder of that name");
        }
    }

    /** Folders are made when the first message comes. */
    private void deliver(Folder to, DeliveryId id, Content content, Set<String> flags, Instant received) throws Refusal, IOException {
        try {
            add(to, id, content, flags, received);
        } catch (NoSuchFileException _) {
            tree.createIfMissing(to.name());
            add(to, id, content, flags, received);
        }
    }

    private String add(Folder to, DeliveryId id, Content content, Set<String> flags, Instant received) throws IOException {
        var key = store.add(to, id, content, flags, received).key();
        index.usage().grew(to.name(), content.size());
        try {
            keep(folder(to.name()), key, Digester.digest(content));
        } catch (UncheckedIOException e) {
            LOG.debug("a digest is not made: {}", e.toString());
        }
        return key;
    }

    @Override
    public Placed append(String name, DeliveryId id, Content content, Set<String> flags, Instant received)
            throws Refusal, IOException {
        allowance.check(content.size(), "4.2.2");
        var key = add(at(name), id, content, flags, received);
        var there = folder(name).uids(Set.of(key));
        var uid = there.byKey().get(key);
        return new Placed(there.validity(), List.of(), uid == null ? List.of() : List.of(uid));
    }

    @Override
    public UidSet flag(String name, UidSet uids, FlagUpdate update) throws IOException {
        return folder(name).flag(uids, update);
    }

    @Override
    public void expunge(String name, UidSet uids) throws IOException {
        var folder = folder(name);
        folder.<Void, IOException>locked(now -> {
            folder.remove(now.in(uids));
            return null;
        });
    }

    @Override
    public void expungeDeleted(String name, UidSet uids) throws IOException {
        var folder = folder(name);
        folder.<Void, IOException>locked(now -> {
            folder.remove(now.in(uids).stream().filter(mail -> mail.flags().contains("\\Deleted")).toList());
            return null;
        });
    }

    @Override
    public Placed copy(String name, UidSet uids, String to) throws Refusal, IOException {
        allowance.check(folder(name).now().in(uids).stream().mapToLong(Mail::size).sum(), "4.2.2");
        store.identity(at(to)); // before anything is done: there must be such a folder
        var source = folder(name);
        var mails = new ArrayList<Mail>();
        var copies = source.<Map<String, String>, IOException>locked(now -> {
            mails.addAll(now.in(uids));
            return store.copy(at(name), mails.stream().map(Mail::key).toList(), at(to));
        });
        take(source, mails, copies, folder(to));
        return placed(mails, copies, to);
    }

    @Override
    public Placed move(String name, UidSet uids, String to) throws Refusal, IOException {
        store.identity(at(to));
        var source = folder(name);
        var mails = new ArrayList<Mail>();
        var moved = source.<Map<String, String>, IOException>locked(now -> {
            mails.addAll(now.in(uids));
            var keys = store.move(at(name), mails.stream().map(Mail::key).toList(), at(to));
            take(source, mails, keys, folder(to));
            source.vanish(mails.stream().filter(mail -> keys.containsKey(mail.key())).toList());
            return keys;
        });
        return placed(mails, moved, to);
    }

    /** What was ready of the messages goes with them, if it can. */
    private void take(FolderIndex source, List<Mail> mails, Map<String, String> keys, FolderIndex target) {
        try {
            for (var mail : mails) {
                var digest = keys.containsKey(mail.key()) ? source.digests().get(mail) : Optional.<Digest>empty();
                digest.ifPresent(kept -> keep(target, keys.get(mail.key()), kept));
            }
        } catch (IOException e) {
            LOG.debug("digests stay behind: {}", e.toString());
        }
    }

    /** Where they are they get their UIDs. */
    private Placed placed(List<Mail> mails, Map<String, String> keys, String to) throws IOException {
        var target = folder(to);
        var there = target.uids(new HashSet<>(keys.values()));
        var from = new ArrayList<Long>();
        var into = new ArrayList<Long>();
        for (var mail : mails) {
            var uid = keys.containsKey(mail.key()) ? there.byKey().get(keys.get(mail.key())) : null;
            if (uid != null) {
                from.add(mail.uid());
                into.add(uid);
            }
        }
        return new Placed(there.validity(), from, into);
    }

    @Override
    public Quota quota() throws IOException {
        var held = allowance.held();
        var limit = allowance.limit();
        return new Quota(held.octets(), held.messages(), limit == Allowance.NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    @Override
    public Watch.Watching watch(String name, Watch watch) throws IOException {
        return store.watch(at(name), watch);
    }
}
