package org.posthouse.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.posthouse.mailbox.AccountSession;

/**
 * The names of an account's folders at one moment, also of those that are only subscribed to; INBOX first, and before the first
 * name below a level that is no name itself that level. Levels are made when they come by: there may be hundreds above each name.
 */
final class FolderNames implements Iterable<String> {
    private final NavigableSet<String> there;
    private final Set<String> subscribed;
    private final Map<String, String> uses;
    private final Set<String> all;

    FolderNames(Collection<String> there, Collection<String> subscribed, Map<String, String> uses) {
        this.there = new TreeSet<>(there);
        this.subscribed = Set.copyOf(subscribed);
        this.uses = uses;
        this.all = new TreeSet<>(FolderNames::inboxFirst);
        all.addAll(there);
        all.addAll(subscribed);
    }

    static FolderNames of(AccountSession mail, boolean withSubscriptions) throws IOException {
        return new FolderNames(mail.folders(), withSubscriptions ? mail.subscriptions() : Set.of(), mail.specialUses());
    }

    /** As if there were no other folders. */
    static FolderNames subscribed(AccountSession mail) throws IOException {
        return new FolderNames(List.of(), mail.subscriptions(), Map.of());
    }

    private static int inboxFirst(String a, String b) {
        return a.equals(b) ? 0 : a.equals("INBOX") ? -1 : b.equals("INBOX") ? 1 : a.compareTo(b);
    }

    Set<String> there() {
        return there;
    }

    Set<String> subscribed() {
        return subscribed;
    }

    Map<String, String> uses() {
        return uses;
    }

    boolean hasChildren(String name) {
        return isAbove(name, there);
    }

    /** Whether it is no folder, but there are folders below it. */
    boolean isLevel(String name) {
        return !there.contains(name) && hasChildren(name);
    }

    /** Whether one of these is below it. */
    static boolean isAbove(String name, NavigableSet<String> names) {
        var next = names.ceiling(name + "/");
        return next != null && next.startsWith(name + "/");
    }

    @Override
    public Iterator<String> iterator() {
        return new Iterator<>() {
            private final Iterator<String> names = all.iterator();
            private final List<String> next = new ArrayList<>(1); // the name whose levels come first
            private String before = "";
            private int at;

            @Override
            public boolean hasNext() {
                return !next.isEmpty() || names.hasNext();
            }

            @Override
            public String next() {
                if (next.isEmpty()) {
                    next.add(names.next());
                    at = 1;
                }
                var name = next.getFirst();
                for (int slash = name.indexOf('/', at); slash > 0; slash = name.indexOf('/', at)) {
                    at = slash + 1;
                    if (!before.regionMatches(0, name, 0, at) && !all.contains(name.substring(0, slash))) {
                        return name.substring(0, slash);
                    }
                }
                before = name;
                next.clear();
                return name;
            }
        };
    }
}
