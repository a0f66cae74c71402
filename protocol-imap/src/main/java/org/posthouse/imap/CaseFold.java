package org.posthouse.imap;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * Makes texts alike that differ only in case or in how they are composed, much as i;unicode-casemap does (RFC 5051): each
 * character of the Basic Multilingual Plane is decomposed (NFKD), and what comes out is put in upper case. So {@code café} is
 * found whether its accent is a character of its own or not, and {@code cafe} finds it too. Han and Hangul stay as they are.
 */
final class CaseFold {
    private static final char[][] FOLDED = table(); // null for a character that stays as it is

    private CaseFold() {}

    private static char[][] table() {
        var table = new char[Character.MAX_VALUE + 1][];
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            if (c == '\u3400') {
                c = '\ua000'; // Han
            }
            if (c == '\uac00') {
                c = '\uf900'; // Hangul, surrogates, private use
            }
            var folded = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKD).toCharArray();
            for (int i = 0; i < folded.length; i++) {
                folded[i] = Character.toUpperCase(folded[i]);
            }
            table[c] = folded.length == 1 && folded[0] == c ? null : folded;
        }
        return table;
    }

    static int ofAscii(int octet) {
        return octet >= 'a' && octet <= 'z' ? octet - 32 : octet;
    }

    /** What the character becomes; null when it stays. */
    static char[] of(char c) {
        return FOLDED[c];
    }

    static String of(String text) {
        var folded = new char[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            var one = FOLDED[text.charAt(i)];
            int more = one == null ? 1 : one.length;
            if (length + more > folded.length) {
                folded = Arrays.copyOf(folded, 2 * folded.length + more);
            }
            if (one == null) {
                folded[length++] = text.charAt(i);
            } else {
                System.arraycopy(one, 0, folded, length, more);
                length += more;
            }
        }
        return new String(folded, 0, length);
    }
}
