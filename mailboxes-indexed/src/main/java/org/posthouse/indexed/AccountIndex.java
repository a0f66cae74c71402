package org.posthouse.indexed;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Folder;

/** What is known of one account's folders, shared by all its sessions. */
final class AccountIndex {
    private final AccountId account;
    private final IndexFiles files;
    private final Modseqs modseqs;
    private final Map<String, SoftReference<FolderIndex>> folders = new HashMap<>();
    private final Usage usage = new Usage();

    AccountIndex(AccountId account, IndexFiles files, Clock clock) {
        this.account = account;
        this.files = files;
        this.modseqs = new Modseqs(account, files, clock);
    }

    Modseqs modseqs() {
        return modseqs;
    }

    Usage usage() {
        return usage;
    }

    IndexFiles files() {
        return files;
    }

    /** The same one for all, for as long as anybody uses it or memory allows. */
    FolderIndex folder(Store store, String name) throws IOException {
        synchronized (folders) {
            var reference = folders.get(name);
            var known = reference == null ? null : reference.get();
            if (known != null && known.store().equals(store)) {
                return known;
            }
            var index = new FolderIndex(this, store, new Folder(account, name));
            folders.put(name, new SoftReference<>(index));
            return index;
        }
    }

    /** The folder has gone, or become another. */
    void forget(String name) {
        usage.forget(name);
        synchronized (folders) {
            folders.remove(name);
        }
    }

    void end() {
        List<FolderIndex> all = new ArrayList<>();
        synchronized (folders) {
            folders.values().stream().map(SoftReference::get).filter(f -> f != null).forEach(all::add);
            folders.clear();
        }
        all.forEach(FolderIndex::end);
    }
}
