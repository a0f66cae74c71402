package org.posthouse.imap;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Looks for several strings in texts that come in pieces of any size, in any case of letters ({@link CaseFold}), with the skips
 * of Boyer, Moore and Horspool; a needle and a text that are made to keep these busy are compared as Knuth, Morris and Pratt do. Holds
 * one window of the text, whatever its length. Of one thread.
 */
final class Finder {
    private static final int WINDOW = 8 * 1024; // characters; stays in the processor's first cache
    private static final int PATIENCE = 4; // comparisons for each character
    private static final int LONGEST_FOLD = 18; // characters that one can become (U+FDFA)

    /** What is looked for; may be shared by many finders. */
    static final class Needles {
        private final List<char[]> folded;
        private final List<byte[]> skips;
        private final List<int[]> borders;
        private final int longest;

        Needles(List<String> texts) {
            this.folded = texts.stream().map(text -> CaseFold.of(text).toCharArray()).toList();
            this.skips = folded.stream().map(Needles::skips).toList();
            this.borders = folded.stream().map(Needles::borders).toList();
            this.longest = folded.stream().mapToInt(n -> n.length).max().orElse(0);
        }

        /** How far to go on from a character of these low bits, of an ASCII letter also in lower case. */
        private static byte[] skips(char[] needle) {
            var skips = new byte[256];
            Arrays.fill(skips, (byte) Math.min(needle.length, Byte.MAX_VALUE));
            for (int i = 0; i < needle.length - 1; i++) {
                int low = needle[i] & 0xff;
                skips[low] = (byte) Math.min(needle.length - 1 - i, Byte.MAX_VALUE);
                skips[Character.isLetter(needle[i]) && needle[i] < 0x80 ? low + 32 : low] = skips[low];
            }
            return skips;
        }

        /** For each beginning of the needle how long the longest other beginning is that it ends with. */
        private static int[] borders(char[] needle) {
            var borders = new int[needle.length];
            for (int i = 1, border = 0; i < needle.length; i++) {
                while (border > 0 && needle[border] != needle[i]) {
                    border = borders[border - 1];
                }
                border += needle[border] == needle[i] ? 1 : 0;
                borders[i] = border;
            }
            return borders;
        }

        int size() {
            return folded.size();
        }
    }

    private final Needles needles;
    private final char[] window;
    private final BitSet wanted = new BitSet();
    private final BitSet found = new BitSet();
    private int length;

    Finder(Needles needles) {
        this.needles = needles;
        this.window = new char[Math.max(WINDOW, 2 * needles.longest) + LONGEST_FOLD];
    }

    /** Begins with another message: of these needles none has been found. The empty one is in every text. */
    void begin(BitSet indexes) {
        length = 0;
        found.clear();
        want(indexes);
    }

    /** From now on these are looked for. */
    void want(BitSet indexes) {
        breakText();
        wanted.clear();
        wanted.or(indexes);
        wanted.andNot(found);
        for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
            if (needles.folded.get(i).length == 0) {
                note(i);
            }
        }
    }

    /** Whether there is nothing more to look for. */
    boolean done() {
        return wanted.isEmpty();
    }

    /** The indexes of what was found, up to the end of the last text. */
    BitSet found() {
        return found;
    }

    /** What comes next is another text: nothing is found that would begin in this one and end in the other. */
    void breakText() {
        scan();
        length = 0;
    }

    /** More text, in octets that are all ASCII; searched where they are, only what lies across their ends is copied. */
    void ascii(byte[] octets, int from, int to) {
        int seam = Math.min(to - from, Math.max(needles.longest - 1, 0));
        if (length > 0 || to - from <= seam) {
            copy(octets, from, from + seam);
        }
        if (to - from > seam) {
            scan();
            scan(octets, from, to);
            length = 0;
            copy(octets, to - seam, to);
        }
    }

    private void copy(byte[] octets, int from, int to) {
        makeRoom(to - from);
        for (int i = from; i < to; i++) {
            window[length++] = (char) CaseFold.ofAscii(octets[i]);
        }
    }

    void text(char[] chars, int from, int to) {
        for (int i = from; i < to; i++) {
            makeRoom(LONGEST_FOLD);
            var folded = CaseFold.of(chars[i]);
            if (folded == null) {
                window[length++] = chars[i];
            } else {
                for (char c : folded) {
                    window[length++] = c;
                }
            }
        }
    }

    void text(String text) {
        text(text.toCharArray(), 0, text.length());
    }

    private void makeRoom(int characters) {
        if (length + characters <= window.length) {
            return;
        }
        scan();
        int kept = Math.min(length, Math.max(needles.longest - 1, 0));
        System.arraycopy(window, length - kept, window, 0, kept);
        length = kept;
    }

    private void scan() {
        for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
            if (isIn(i)) {
                note(i);
            }
        }
    }

    private void scan(byte[] ascii, int from, int to) {
        for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
            if (isIn(i, ascii, from, to)) {
                note(i);
            }
        }
    }

    private void note(int index) {
        found.set(index);
        wanted.clear(index);
    }

    private boolean isIn(int index) {
        var needle = needles.folded.get(index);
        var skips = needles.skips.get(index);
        int last = needle.length - 1;
        char end = needle[last];
        long patience = (long) PATIENCE * length;
        for (int at = last; at < length; at += skips[window[at] & 0xff]) {
            if (window[at] != end) {
                continue;
            }
            int same = Arrays.mismatch(window, at - last, at, needle, 0, last);
            if (same < 0) {
                return true;
            }
            patience -= same;
            if (patience < 0) {
                return isIn(needle, needles.borders.get(index), i -> window[i], at - last, length);
            }
        }
        return false;
    }

    private boolean isIn(int index, byte[] ascii, int from, int to) {
        var needle = needles.folded.get(index);
        var skips = needles.skips.get(index);
        int last = needle.length - 1;
        char end = needle[last];
        long patience = (long) PATIENCE * (to - from);
        for (int at = from + last; at < to; at += skips[ascii[at]]) {
            if (CaseFold.ofAscii(ascii[at]) != end) {
                continue;
            }
            int same = same(needle, ascii, at - last);
            if (same == needle.length) {
                return true;
            }
            patience -= same;
            if (patience < 0) {
                return isIn(needle, needles.borders.get(index), i -> CaseFold.ofAscii(ascii[i]), at - last, to);
            }
        }
        return false;
    }

    /** How many characters of the needle stand there. */
    private static int same(char[] needle, byte[] ascii, int at) {
        int same = 0;
        while (same < needle.length && CaseFold.ofAscii(ascii[at + same]) == needle[same]) {
            same++;
        }
        return same;
    }

    /** Looks at each character once. */
    private static boolean isIn(char[] needle, int[] borders, IntUnaryOperator text, int from, int to) {
        int same = 0;
        for (int i = from; i < to; i++) {
            int c = text.applyAsInt(i);
            while (same > 0 && needle[same] != c) {
                same = borders[same - 1];
            }
            same += needle[same] == c ? 1 : 0;
            if (same == needle.length) {
                return true;
            }
        }
        return false;
    }
}
