package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.posthouse.disk.Disk;
import org.posthouse.disk.DotLocks;

/**
 * The names an account is subscribed to, in the file that Dovecot reads and writes.
 * <pre>
 * file  = "V" TAB "2" LF LF *( level *( TAB level ) LF )        as new ones are made
 *       / *( level *( separator level ) LF )                    older; stays as it is
 * level = modified UTF-7 (RFC 3501 §5.1.3)
 * </pre>
 * Replaced as a whole under its dot lock; lines that say nothing to us stay.
 */
public final class SubscriptionFile {
    private static final String VERSION = "V\t";
    private static final String NEW = "V\t2\n\n";
    private static final int LARGEST = 4 << 20;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final Disk disk;
    private final DotLocks locks;
    private final char separator;
    private final IntPredicate direct;
    private final Lock process = new ReentrantLock();

    /**
     * @param separator between the levels of an older file
     * @param direct    which printable characters of a level stand for themselves
     */
    public SubscriptionFile(Disk disk, DotLocks locks, char separator, IntPredicate direct) {
        this.disk = disk;
        this.locks = locks;
        this.separator = separator;
        this.direct = direct;
    }

    /** Nothing where there is no file. */
    public Set<String> names(Path file) throws IOException {
        var text = text(file);
        var names = new LinkedHashSet<String>();
        lines(text).forEach(line -> names.add(decode(line, text)));
        return Collections.unmodifiableSet(names);
    }

    /** NoSuchFileException when the file's folder is not there. */
    public void add(Path file, String name) throws IOException {
        change(file, name, true);
    }

    public void remove(Path file, String name) throws IOException {
        if (names(file).contains(canonical(name))) {
            change(file, name, false);
        }
    }

    /** Threads of this process queue; only the first asks for the lock that other processes see. */
    private void change(Path file, String name, boolean add) throws IOException {
        process.lock();
        try (var _ = locks.on(file, LONGEST_WAIT)) {
            var text = text(file).isEmpty() ? NEW : text(file);
            var others = lines(text).stream().filter(line -> !decode(line, text).equals(canonical(name))).toList();
            if (add == others.size() < lines(text).size()) {
                return;
            }
            var now = new StringBuilder(text.startsWith(VERSION) ? text.substring(0, text.indexOf('\n') + 1) + "\n" : "");
            others.forEach(line -> now.append(line).append('\n'));
            if (add) {
                now.append(encode(canonical(name), between(text))).append('\n');
            }
            if (now.length() >= LARGEST) {
                throw new IOException(file + " has no room for another name");
            }
            disk.replace(file, now.toString().getBytes(StandardCharsets.ISO_8859_1));
        } finally {
            process.unlock();
        }
    }

    private static String text(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(LARGEST);
            if (octets.length == LARGEST) {
                throw new IOException(file + " is too large");
            }
            return new String(octets, StandardCharsets.ISO_8859_1); // keeps every octet of foreign names
        } catch (NoSuchFileException _) {
            return "";
        }
    }

    private static List<String> lines(String text) {
        return text.lines().skip(text.startsWith(VERSION) ? 1 : 0).filter(line -> !line.isEmpty()).toList();
    }

    private char between(String text) {
        return text.startsWith(VERSION) ? '\t' : separator;
    }

    private String decode(String line, String text) {
        var levels = line.split(between(text) == '\t' ? "\t" : "[" + separator + "]", -1);
        return canonical(Arrays.stream(levels).map(ModifiedUtf7::decode).collect(Collectors.joining("/")));
    }

    private String encode(String name, char between) {
        return Arrays.stream(name.split("/", -1)).map(level -> ModifiedUtf7.encode(level, direct)).collect(Collectors.joining(Character.toString(between)));
    }

    private static String canonical(String name) {
        return name.equalsIgnoreCase("INBOX") ? "INBOX" : name;
    }
}
