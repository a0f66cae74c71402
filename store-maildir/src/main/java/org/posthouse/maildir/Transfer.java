package org.posthouse.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.posthouse.message.Unavailable;

/**
 * Brings messages from one folder to another: a copy is a second name for the same file, a move a renaming. Both get names of their own,
 * for a UID may still be written down for a base that the folder has seen before.
 * <pre>
 * copy: link each (or write tmp/base, sync, rename), sync cur/; whatever fails, the new names are taken away again
 * move: rename each, sync the other's cur/, then where they came from
 * </pre>
 */
final class Transfer {
    private static final int PIECE = 64 * 1024;

    private final Ground ground;
    private final AtomicLong numbers = new AtomicLong();
    private final String run = UUID.randomUUID().toString().substring(0, 8);

    Transfer(Ground ground) {
        this.ground = ground;
    }

    /** Where messages go, with names ready for them in the order in which they were asked for. */
    private final class Target {
        private final MaildirFolder folder;
        private final Path cur;
        private final Optional<Flags> from; // empty when letters mean the same
        private final Flags letters;
        private final Map<String, Long> places = new LinkedHashMap<>();
        private final Map<String, String> made = new LinkedHashMap<>();
        private final long seconds = ground.clock().instant().getEpochSecond();

        Target(MaildirFolder source, Collection<String> keys, MaildirFolder folder) throws IOException {
            folder.mustExist();
            this.folder = folder;
            this.cur = folder.dir().resolve("cur");
            this.from = source == folder ? Optional.empty() : Optional.of(source.flags());
            if (from.isPresent()) {
                folder.letters(flags(source, keys)); // new keywords get theirs at once
            }
            this.letters = folder.flags();
            keys.forEach(key -> places.put(key, numbers.incrementAndGet()));
        }

        private static TreeSet<String> flags(MaildirFolder source, Collection<String> keys) throws IOException {
            var flags = new TreeSet<String>();
            var known = source.known().byKey();
            keys.stream().filter(known::containsKey).forEach(key -> flags.addAll(known.get(key).entry().flags()));
            return flags;
        }

        private String base(Listed.Lying lying) {
            return lying.name().copied(seconds, places.get(lying.key()), run, lying.entry().received().getEpochSecond(), ground.host());
        }

        /** Capitals mean the same everywhere, also those that we have no name for. */
        private String letters(String had) {
            if (from.isEmpty() || had.chars().noneMatch(Character::isLowerCase)) {
                return had;
            }
            var capitals = had.chars().filter(c -> !Character.isLowerCase(c));
            var keywords = letters.letters(from.get().flags(had)).chars().filter(Character::isLowerCase);
            return IntStream.concat(capitals, keywords)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        }

        Path file(Listed.Lying lying) {
            return cur.resolve(base(lying) + ":2," + letters(lying.name().letters()));
        }

        /** The message is not where it was, or the folder is gone. */
        Optional<List<Path>> missed() throws IOException {
            if (!Files.isDirectory(cur)) {
                throw Tree.noSuchFolder(folder.name());
            }
            return Optional.empty();
        }

        void made(Listed.Lying lying) {
            made.put(lying.key(), base(lying));
        }

        /** New keys by old ones, in the order asked for. */
        Map<String, String> made() {
            var ordered = new LinkedHashMap<String, String>();
            places.keySet().stream().filter(made::containsKey).forEach(key -> ordered.put(key, made.get(key)));
            return ordered;
        }
    }

    Map<String, String> copy(MaildirFolder from, List<String> keys, MaildirFolder to) throws IOException {
        from.mustExist();
        var target = new Target(from, new LinkedHashSet<>(keys), to);
        var names = new ArrayList<Path>();
        try {
            from.each(target.places.keySet(), lying -> {
                var name = target.file(lying);
                names.add(name);
                try {
                    again(from.file(lying), name, to);
                } catch (NoSuchFileException _) {
                    return target.missed();
                }
                target.made(lying);
                return Optional.of(List.of(target.cur));
            });
            return target.made();
        } catch (NoSuchFileException e) {
            undo(names, target.cur);
            throw e;
        } catch (IOException e) {
            undo(names, target.cur);
            throw new Unavailable("cannot copy to " + to.dir(), e);
        }
    }

    private void again(Path file, Path name, MaildirFolder to) throws IOException {
        try {
            ground.disk().link(file, name);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException _) { // too many links, or a file system that has none
            write(file, to.dir().resolve("tmp").resolve(MailName.parse(name.getFileName().toString()).orElseThrow().base()), name);
        }
    }

    private void write(Path file, Path tmp, Path name) throws IOException {
        try (var in = CrlfReader.open(file)) {
            try (var out = ground.disk().create(tmp)) {
                var piece = ByteBuffer.allocate(PIECE);
                while (in.read(piece.clear()) > 0) {
                    out.write(piece.flip());
                }
                Files.setLastModifiedTime(tmp, Files.getLastModifiedTime(file));
                out.sync();
            }
            ground.disk().rename(tmp, name);
        } catch (IOException e) {
            ground.disk().delete(tmp);
            throw e;
        }
    }

    private void undo(List<Path> names, Path cur) throws IOException {
        for (var name : names) {
            ground.disk().delete(name);
        }
        if (Files.isDirectory(cur)) {
            ground.disk().syncFolder(cur);
        }
    }

    Map<String, String> move(MaildirFolder from, List<String> keys, MaildirFolder to) throws IOException {
        from.mustExist();
        var target = new Target(from, new LinkedHashSet<>(keys), to);
        from.moveAway(target.places.keySet(), lying -> {
            try {
                ground.disk().rename(from.file(lying), target.file(lying));
            } catch (NoSuchFileException _) {
                return target.missed();
            }
            target.made(lying);
            return Optional.of(List.of(target.cur, from.file(lying).getParent()));
        });
        return target.made();
    }
}
