package org.posthouse.imap;

import java.util.BitSet;

/**
 * A pattern of LIST (RFC 3501 §6.3.8): {@code *} stands for anything, {@code %} for anything within a level. Walks along a name
 * with all the places of the pattern where it may be, so that no pattern takes long. INBOX is the same in any case of letters.
 */
final class FolderPattern {
    private static final String INBOX = "INBOX";

    private final String pattern;

    FolderPattern(String reference, String pattern) {
        this.pattern = (reference + pattern).replaceAll("[*%]*\\*[*%]*", "*").replaceAll("%+", "%");
    }

    boolean matches(String name) {
        int anyCase = name.equals(INBOX) || name.startsWith(INBOX + "/") ? INBOX.length() : 0;
        var places = reached(new BitSet(), 0);
        for (int i = 0; i < name.length() && !places.isEmpty(); i++) {
            places = step(places, name.charAt(i), i < anyCase);
        }
        return places.get(pattern.length());
    }

    private BitSet step(BitSet places, char c, boolean anyCase) {
        var next = new BitSet();
        for (int at = places.nextSetBit(0); at >= 0 && at < pattern.length(); at = places.nextSetBit(at + 1)) {
            char wanted = pattern.charAt(at);
            if (wanted == '*' || wanted == '%') {
                if (wanted == '*' || c != '/') {
                    reached(next, at);
                }
            } else if (wanted == c || anyCase && Character.toUpperCase(wanted) == c) {
                reached(next, at + 1);
            }
        }
        return next;
    }

    /** A place, and those behind wildcards that stand for nothing. */
    private BitSet reached(BitSet places, int at) {
        places.set(at);
        if (at < pattern.length() && (pattern.charAt(at) == '*' || pattern.charAt(at) == '%')) {
            reached(places, at + 1);
        }
        return places;
    }
}
