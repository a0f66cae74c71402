package org.posthouse.maildir;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets what was not used for longest when it grows beyond a number. Not safe for several threads. */
final class Bounded<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    private final int most;

    Bounded(int most) {
        super(16, 0.75f, true);
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
    }
}
