package org.posthouse.indexed;

import java.io.IOException;
import java.util.function.Predicate;
import org.posthouse.auth.Account;
import org.posthouse.mailbox.Store;
import org.posthouse.message.Refusal;
import org.posthouse.message.Setting;

/** What an account may hold: its directory's attribute {@code quota}, a size; nothing limits an account without one. */
final class Allowance {
    static final long NO_LIMIT = Long.MAX_VALUE;

    private final Account account;
    private final Finder folders;
    private final Store store;
    private final Usage usage;

    /** Finds a folder's index. */
    @FunctionalInterface
    interface Finder {
        FolderIndex folder(String name) throws IOException;
    }

    Allowance(Account account, Finder folders, Store store, Usage usage) {
        this.account = account;
        this.folders = folders;
        this.store = store;
        this.usage = usage;
    }

    long limit() {
        var quota = account.attributes().get("quota");
        return quota == null ? NO_LIMIT : Setting.size("quota", quota);
    }

    /** Refusal with that status when so many octets more are too many. */
    void check(long octets, String status) throws Refusal, IOException {
        long limit = limit();
        if (limit != NO_LIMIT && held().octets() + octets > limit && counted(_ -> true).octets() + octets > limit) {
            throw new Refusal(status, "The mailbox is full");
        }
    }

    /** Folders that were not looked at yet are looked at now; in the others, other programs may have made room since. */
    Usage.Size held() throws IOException {
        return counted(name -> !usage.knows(name));
    }

    private Usage.Size counted(Predicate<String> anew) throws IOException {
        var there = store.folders(account.id());
        for (var name : there) {
            if (anew.test(name)) {
                usage.is(name, folders.folder(name).now());
            }
        }
        return usage.total(there);
    }
}
