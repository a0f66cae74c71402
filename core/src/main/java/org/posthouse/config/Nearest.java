package org.posthouse.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody meant who misspelt a name. */
final class Nearest {
    private static final int LONGEST = 80;

    private Nearest() {}

    /**
     * The name with the fewest letters to insert, delete, replace or swap with the next, at most a third of them;
     * failing that, one that begins so; empty when none comes near.
     */
    static Optional<String> to(String misspelt, Collection<String> names) {
        if (misspelt.length() > LONGEST) {
            return Optional.empty();
        }
        return names.stream().filter(n -> distance(misspelt, n) <= Math.max(1, misspelt.length() / 3))
                .min(Comparator.comparingInt((String n) -> distance(misspelt, n)).thenComparing(n -> n))
                .or(() -> names.stream().filter(n -> misspelt.length() > 2 && n.startsWith(misspelt))
                        .min(Comparator.naturalOrder()));
    }

    /** Levenshtein's distance with transpositions. */
    private static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                int replaced = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
