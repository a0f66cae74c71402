package org.posthouse.indexed;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.posthouse.auth.Account;
import org.posthouse.mailbox.BadFolderName;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.MailboxEngine;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.Stores;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

/**
 * Gives the mail of any store its order and UIDs. Everything it keeps comes from the store and is asked for again when it is
 * not there. No lock is held over a call to a store: two sessions that look at a folder at the same time may both have it
 * scanned, and the store's own lock gives each message one UID.
 */
@Component(configurationPid = "mailboxes-indexed")
public final class IndexedMailboxes implements MailboxEngine {
    private static final int MOST_FOLDERS = 10_000;

    private final Stores stores;
    private final Map<Folder, SoftReference<FolderView>> views = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Folder, SoftReference<FolderView>> eldest) {
            return size() > MOST_FOLDERS;
        }
    };

    @Activate
    public IndexedMailboxes(@Reference Stores stores) {
        this.stores = stores;
    }

    @Override
    public void open() {
        forget();
    }

    @Override
    public void close() {
        forget();
    }

    private void forget() {
        synchronized (views) {
            views.clear();
        }
    }

    @Override
    public List<String> folders(Account account) throws IOException {
        return stores.of(account).folders(account.id());
    }

    @Override
    public Listing list(Account account, String folder) throws IOException {
        return look(account, folder).listing();
    }

    /** What the folder is now. UIDs are chosen here, before anybody sees them: all in one batch. */
    private FolderView look(Account account, String name) throws IOException {
        var store = stores.of(account);
        var folder = new Folder(account.id(), name);
        var identity = store.identity(folder);
        var scanned = store.scan(folder);
        var before = known(folder);
        if (before.isPresent() && before.get().scanned() == scanned && before.get().listing().uidValidity() == identity.uidValidity()) {
            return before.get();
        }
        var without = scanned.stream().filter(e -> e.uid().isEmpty()).map(Entry::key).toList();
        var recorded = without.isEmpty() ? Map.<String, Long>of() : store.record(folder, without);
        var view = FolderView.of(scanned, recorded, identity.uidValidity(), identity.uidNext());
        synchronized (views) {
            views.put(folder, new SoftReference<>(view));
        }
        return view;
    }

    private Optional<FolderView> known(Folder folder) {
        synchronized (views) {
            return Optional.ofNullable(views.get(folder)).map(SoftReference::get);
        }
    }

    @Override
    public int read(Account account, String folder, long uid, long offset, byte[] into) throws IOException {
        var known = known(new Folder(account.id(), folder)).flatMap(v -> v.key(uid));
        var key = known.isPresent() ? known : look(account, folder).key(uid);
        if (key.isEmpty()) {
            throw new NoSuchFileException(folder + " UID " + uid);
        }
        return stores.of(account).read(new Folder(account.id(), folder), key.get(), offset, into);
    }

    @Override
    public void append(Account account, String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
            throws Refusal, IOException {
        var to = new Folder(account.id(), folder);
        try {
            add(stores.of(account), to, id, content, flags, received);
        } catch (BadFolderName _) {
            throw new Refusal("5.2.0", "There can be no folder of that name");
        }
    }

    /** Folders are made when the first message comes. */
    private static void add(Store store, Folder to, DeliveryId id, Content content, Set<String> flags, Instant received)
            throws IOException {
        try {
            store.add(to, id, content, flags, received);
        } catch (NoSuchFileException _) {
            store.create(to);
            store.add(to, id, content, flags, received);
        }
    }

    @Override
    public void expunge(Account account, String folder, Collection<Long> uids) throws IOException {
        var keys = look(account, folder).keys(uids);
        if (!keys.isEmpty()) {
            stores.of(account).remove(new Folder(account.id(), folder), keys);
        }
    }
}
