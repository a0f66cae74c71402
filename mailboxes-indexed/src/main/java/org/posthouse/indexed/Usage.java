package org.posthouse.indexed;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.posthouse.mailbox.Listing;

/**
 * How much each folder of an account holds, as it was last seen, and what came since; counted from the moment somebody first asks,
 * for most accounts have no quota. Safe for several threads.
 */
final class Usage {
    record Size(long octets, long messages) {}

    private final Map<String, Size> folders = new HashMap<>();

    private boolean asked;

    synchronized void is(String folder, Listing listing) {
        if (asked) {
            folders.put(folder, new Size(listing.octets(), listing.size()));
        }
    }

    /** A message was stored in a folder that was not looked at since. */
    synchronized void grew(String folder, long octets) {
        folders.computeIfPresent(folder, (_, size) -> new Size(size.octets() + octets, size.messages() + 1));
    }

    synchronized void forget(String folder) {
        folders.remove(folder);
    }

    synchronized boolean knows(String folder) {
        asked = true;
        return folders.containsKey(folder);
    }

    /** Of the folders there are; of others nothing is remembered any more. */
    synchronized Size total(Collection<String> there) {
        folders.keySet().retainAll(there);
        return folders.values().stream().reduce(new Size(0, 0),
                (a, b) -> new Size(a.octets() + b.octets(), a.messages() + b.messages()));
    }
}
