package org.posthouse.mailbox;

import java.util.Set;
import java.util.TreeSet;

/** What is to happen to flags: some are added, some taken away, the others stay. A flag in both is taken away. */
public record FlagChange(Set<String> add, Set<String> remove) {
    public FlagChange {
        add = Set.copyOf(add);
        remove = Set.copyOf(remove);
    }

    /** The flags afterwards; flags are the same in any case of letters (RFC 9051 §2.3.2). */
    public Set<String> on(Set<String> flags) {
        var after = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        after.addAll(flags);
        after.addAll(add);
        remove.forEach(after::remove);
        return Set.copyOf(after);
    }

    /** The flags that are not among the others. */
    static Set<String> without(Set<String> flags, Set<String> others) {
        var left = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        left.addAll(flags);
        others.forEach(left::remove);
        return left;
    }
}
