package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class FolderNamesTest {
    private static FolderNames names(List<String> there, Set<String> subscribed) {
        return new FolderNames(there, subscribed, Map.of());
    }

    private static List<String> listed(FolderNames names) {
        return StreamSupport.stream(names.spliterator(), false).toList();
    }

    @Test
    void eachLevelComesOnceBeforeWhatIsBelowIt() {
        var names = names(List.of("b/c/d", "INBOX", "b/c e", "a", "b/c/f/g", "INBOX/x"), Set.of("z/y"));
        assertEquals(List.of("INBOX", "INBOX/x", "a", "b", "b/c e", "b/c", "b/c/d", "b/c/f", "b/c/f/g", "z", "z/y"), listed(names));
        assertTrue(names.isLevel("b/c"));
        assertFalse(names.isLevel("z")); // what is subscribed only makes no level
        assertFalse(names.hasChildren("b/c e"));
    }

    @Test
    void anyNamesGiveAllTheirLevels() {
        var random = new Random(5);
        for (int run = 0; run < 500; run++) {
            var there = IntStream.range(0, random.nextInt(1, 12)).mapToObj(_ -> name(random)).distinct().toList();
            var all = new TreeSet<String>();
            for (var name : there) {
                all.add(name);
                for (int slash = name.indexOf('/', 1); slash > 0; slash = name.indexOf('/', slash + 1)) {
                    all.add(name.substring(0, slash));
                }
            }
            var listed = listed(names(there, Set.of()));
            assertEquals(all, new TreeSet<>(listed));
            assertEquals(all.size(), listed.size(), listed::toString);
            for (var name : all) {
                assertEquals(there.stream().anyMatch(t -> t.startsWith(name + "/")), names(there, Set.of()).hasChildren(name), name);
            }
        }
    }

    private static String name(Random random) {
        var name = new StringBuilder();
        for (int i = random.nextInt(1, 8); i > 0; i--) {
            name.append("ab/ -/".charAt(random.nextInt(6)));
        }
        return name + "x";
    }

    /** A gigabyte of levels above names that need a few megabytes themselves. */
    @Test
    void levelsTakeNoMemory() {
        var deep = "a/".repeat(490);
        var subscribed = new LinkedHashSet<String>();
        IntStream.range(0, 2_000).forEach(i -> subscribed.add(i + "/" + deep + "z"));
        long count = 0;
        var some = new ArrayList<String>();
        for (var name : names(List.of("INBOX"), subscribed)) {
            count++;
            if (count % 100_000 == 0) {
                some.add(name);
            }
        }
        assertEquals(1 + 2_000 * 492L, count);
        assertEquals(9, some.size());
    }
}
