package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names and passwords for other servers. A line is a destination as routes write it, white space, and {@code name:password};
 * {@code #} begins a comment line. Only we may be able to read the file. It is read again when it has changed.
 */
final class Credentials {
    private static final int MOST_OCTETS = 1 << 20;
    private static final Set<PosixFilePermission> STRANGERS = Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    /** Of one account elsewhere. */
    record Credential(String name, String password) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record Loaded(FileTime changed, Map<String, Credential> each) {}

    private final Path file;
    private volatile Optional<Loaded> loaded = Optional.empty();

    Credentials(Path file) {
        this.file = file;
    }

    /** @throws IOException when the file cannot be used; then nothing may be sent that perhaps needs it */
    Optional<Credential> of(String destination) throws IOException {
        return Optional.ofNullable(current().get(destination.toLowerCase(Locale.ROOT)));
    }

    private Map<String, Credential> current() throws IOException {
        try {
            var changed = Files.getLastModifiedTime(file);
            var now = loaded.filter(l -> l.changed.equals(changed));
            if (now.isEmpty()) {
                now = Optional.of(new Loaded(changed, read()));
                loaded = now;
            }
            return now.get().each;
        } catch (NoSuchFileException none) {
            return Map.of();
        }
    }

    private Map<String, Credential> read() throws IOException {
        if (Files.getPosixFilePermissions(file).stream().anyMatch(STRANGERS::contains)) {
            throw new IOException(file + " can be read by others; chmod 600 it");
        }
        var each = new HashMap<String, Credential>();
        try (var in = Files.newInputStream(file)) {
            var lines = new String(in.readNBytes(MOST_OCTETS), StandardCharsets.UTF_8).lines().map(String::strip).toList();
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).isEmpty() && !lines.get(i).startsWith("#")) {
                    add(each, lines.get(i), i + 1);
                }
            }
        }
        return each;
    }

    private void add(Map<String, Credential> each, String line, int number) throws IOException {
        var words = List.of(line.split("\\s+", 2));
        int colon = words.getLast().indexOf(':');
        if (words.size() != 2 || colon < 1) {
            throw new IOException(file + ":" + number + " is not a destination and name:password"); // never the line itself
        }
        each.put(words.getFirst().toLowerCase(Locale.ROOT),
                new Credential(words.getLast().substring(0, colon), words.getLast().substring(colon + 1)));
    }
}
