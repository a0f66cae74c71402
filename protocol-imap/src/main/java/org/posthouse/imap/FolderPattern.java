package org.posthouse.imap;

import java.util.HashMap;
import java.util.Map;

/**
 * A pattern of LIST (RFC 3501 §6.3.8): {@code *} stands for anything, {@code %} for anything within a level. Walks along a name
 * with all the places of the pattern where it may be, 64 of them in a step, so that no pattern takes long. INBOX is the same in any
 * case of letters.
 */
final class FolderPattern {
    private static final String INBOX = "INBOX";
    private static final int WORD = Long.SIZE;

    private final int length;
    private final Map<Character, long[]> letters = new HashMap<>(); // where each stands
    private final long[] any; // where * stands
    private final long[] anyInLevel; // where % stands
    private final long[] nowhere;

    /** @param text as {@link #normal} has it */
    FolderPattern(String text) {
        this.length = text.length();
        this.nowhere = new long[words(text)];
        this.any = nowhere.clone();
        this.anyInLevel = nowhere.clone();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            var places = c == '*' ? any : c == '%' ? anyInLevel : letters.computeIfAbsent(c, _ -> nowhere.clone());
            places[i / WORD] |= 1L << i;
        }
    }

    /** The same for patterns that mean the same; no wildcard stands beside another. */
    static String normal(String reference, String pattern) {
        return (reference + pattern).replaceAll("[*%]*\\*[*%]*", "*").replaceAll("%+", "%");
    }

    /** What it costs to compare a name's character. */
    static int words(String text) {
        return text.length() / WORD + 1;
    }

    boolean matches(String name) {
        int anyCase = name.equals(INBOX) || name.startsWith(INBOX + "/") ? INBOX.length() : 0;
        var places = nowhere.clone();
        places[0] = 1;
        boolean alive = true;
        for (int i = 0; i < name.length() && alive; i++) {
            alive = step(places, name.charAt(i), i < anyCase);
        }
        passWildcards(places);
        return (places[length / WORD] & 1L << length) != 0;
    }

    /** From these places over one character; false when there is none to go to. */
    private boolean step(long[] places, char c, boolean anyCase) {
        passWildcards(places);
        var upper = letters.getOrDefault(c, nowhere);
        var lower = anyCase ? letters.getOrDefault(Character.toLowerCase(c), nowhere) : upper;
        long carry = 0;
        long all = 0;
        for (int w = 0; w < places.length; w++) {
            long further = places[w] & (upper[w] | lower[w]);
            long stays = places[w] & (c == '/' ? any[w] : any[w] | anyInLevel[w]);
            places[w] = stays | further << 1 | carry;
            carry = further >>> WORD - 1;
            all |= places[w];
        }
        return all != 0;
    }

    /** A wildcard may stand for nothing. */
    private void passWildcards(long[] places) {
        long carry = 0;
        for (int w = 0; w < places.length; w++) {
            long wildcards = places[w] & (any[w] | anyInLevel[w]);
            places[w] |= wildcards << 1 | carry;
            carry = wildcards >>> WORD - 1;
        }
    }
}
