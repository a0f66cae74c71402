package org.posthouse.indexed;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.Inbox;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.message.Refusal;

/** The folders of an account as a tree (RFC 9051 §6.3.4 to §6.3.6); stores know only single folders. */
final class FolderTree {
    private final AccountId account;
    private final Store store;
    private final AccountIndex index;
    private final Map<String, String> uses;

    FolderTree(AccountId account, Store store, AccountIndex index, Map<String, String> uses) {
        this.account = account;
        this.store = store;
        this.index = index;
        this.uses = uses;
    }

    private Folder at(String name) {
        return new Folder(account, name);
    }

    Map<String, String> specialUses() throws IOException {
        var found = new TreeMap<String, String>();
        for (var name : store.folders(account)) {
            if (uses.containsKey(name)) {
                found.put(name, uses.get(name));
            }
        }
        return found;
    }

    void create(String name) throws IOException {
        if (store.folders(account).contains(name)) {
            throw new FileAlreadyExistsException(name);
        }
        createIfMissing(name);
    }

    /** With the levels above it, outermost first. */
    void createIfMissing(String name) throws IOException {
        var there = store.folders(account);
        for (int slash = name.indexOf('/', 1); slash > 0; slash = name.indexOf('/', slash + 1)) {
            createOne(there, name.substring(0, slash));
        }
        createOne(there, name);
    }

    private void createOne(List<String> there, String name) throws IOException {
        if (!there.contains(name)) {
            store.create(at(name));
        }
    }

    void delete(String name) throws Refusal, IOException {
        if (name.equals(Inbox.NAME)) {
            throw new Refusal("5.2.0", "INBOX cannot be deleted");
        }
        store.delete(at(name));
        index.forget(name);
        index.files().remove(account, name);
    }

    /** One folder after the other: a crash in the middle leaves each under its old or its new name. */
    void rename(String name, String to) throws Refusal, IOException {
        var there = store.folders(account);
        if (!there.contains(name)) {
            throw new NoSuchFileException(name);
        }
        if (to.startsWith(name + "/")) {
            throw new Refusal("5.2.0", "A folder cannot go into itself");
        }
        var moving = there.stream().filter(folder -> folder.equals(name) || folder.startsWith(name + "/")).toList();
        for (var folder : moving) {
            if (there.contains(to + folder.substring(name.length()))) {
                throw new FileAlreadyExistsException(to);
            }
        }
        if (to.contains("/")) {
            createIfMissing(to.substring(0, to.lastIndexOf('/')));
        }
        for (var folder : moving) {
            renameOne(folder, to + folder.substring(name.length()));
        }
    }

    private void renameOne(String name, String to) throws IOException {
        store.rename(at(name), to);
        index.forget(name);
        index.forget(to);
        index.files().rename(account, name, to);
    }
}
