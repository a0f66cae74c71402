package org.posthouse.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody meant who misspelt a name. */
final class Nearest {
    private static final int LONGEST = 80;

    private Nearest() {}

    /** The name with the fewest letters to insert, delete or replace, at most a third of them; empty when none comes near. */
    static Optional<String> to(String misspelt, Collection<String> names) {
        if (misspelt.length() > LONGEST) {
            return Optional.empty();
        }
        return names.stream().filter(n -> distance(misspelt, n) <= Math.max(1, misspelt.length() / 3))
                .min(Comparator.comparingInt((String n) -> distance(misspelt, n)).thenComparing(n -> n));
    }

    /** Levenshtein's distance, row by row. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
