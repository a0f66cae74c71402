package org.posthouse.maildir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.posthouse.disk.Disk;

/**
 * Turns the letters of file names into flags and back. {@code a} to {@code z} are keywords, named in the folder's
 * {@code dovecot-keywords}: one {@code <number> <name>} a line, 0 for {@code a}. Of one thread.
 */
final class Flags {
    static final String FILE = "dovecot-keywords";

    private static final Map<Character, String> KNOWN = Map.of('D', "\\Draft", 'F', "\\Flagged", 'P', "$Forwarded",
            'R', "\\Answered", 'S', "\\Seen", 'T', "\\Deleted");
    private static final int MOST_KEYWORDS = 26;
    private static final int LARGEST_FILE = 64 * 1024;

    /** As IMAP writes keywords (RFC 9051 §9, flag-keyword: an atom). */
    private static final Pattern ATOM = Pattern.compile("[!#$&'+,./0-9:;<=>?@A-Z^_`a-z|}~-]{1,100}");

    private final Map<Character, String> names; // also those that are no atoms: their letters are taken
    private final Map<String, Set<String>> sets = new HashMap<>(); // by letters; one object for all messages that have them

    private Flags(Map<Character, String> keywords) {
        names = new TreeMap<>(KNOWN);
        names.putAll(keywords);
    }

    static Flags of(Path maildir) throws IOException {
        var keywords = new TreeMap<Character, String>();
        for (var line : text(maildir.resolve(FILE)).split("\n")) {
            var words = line.strip().split(" ", 2);
            if (words.length == 2 && words[0].matches("\\d{1,2}") && Integer.parseInt(words[0]) < MOST_KEYWORDS) {
                keywords.put((char) ('a' + Integer.parseInt(words[0])), words[1]);
            }
        }
        return new Flags(keywords);
    }

    private static String text(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LARGEST_FILE), StandardCharsets.UTF_8);
        } catch (NoSuchFileException _) {
            return "";
        }
    }

    Set<String> flags(String letters) {
        return letters.isEmpty() ? Set.of() : sets.computeIfAbsent(letters, this::named);
    }

    private Set<String> named(String letters) {
        var flags = new HashSet<String>();
        letters.chars().mapToObj(c -> names.get((char) c)).filter(Flags::canBeTold).forEach(flags::add);
        return Set.copyOf(flags);
    }

    private static boolean canBeTold(String name) {
        return name != null && (name.startsWith("\\") ? KNOWN.containsValue(name) : ATOM.matcher(name).matches());
    }

    /** The letters of these flags, in the order of the alphabet; those without a letter are left out. */
    String letters(Set<String> flags) {
        var letters = new StringBuilder();
        names.forEach((letter, name) -> letters.append(flags.stream().anyMatch(name::equalsIgnoreCase) ? letter : ""));
        return letters.toString();
    }

    /** These flags' keywords that have no letter yet and can be told by IMAP. */
    Set<String> missing(Set<String> flags) {
        var missing = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        missing.addAll(flags);
        names.values().forEach(missing::remove);
        missing.removeIf(name -> !ATOM.matcher(name).matches());
        return Collections.unmodifiableSet(missing);
    }

    /** With letters for more keywords, as far as there are letters; durable. Under the folder's uidlist lock. */
    Flags with(Set<String> more, Path maildir, Disk disk) throws IOException {
        var keywords = new TreeMap<>(names);
        keywords.keySet().removeAll(KNOWN.keySet());
        char letter = 'a';
        for (var name : more) {
            while (keywords.containsKey(letter)) {
                letter++;
            }
            if (letter > 'z') {
                break;
            }
            keywords.put(letter, name);
        }
        var text = new StringBuilder();
        keywords.forEach((l, name) -> text.append(l - 'a').append(' ').append(name).append('\n'));
        disk.replace(maildir.resolve(FILE), text.toString().getBytes(StandardCharsets.UTF_8));
        return new Flags(keywords);
    }
}
