package org.posthouse.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jars of {@code bundles/} and {@code plugins/}: which there are, and which of one name is the best. Looks into a jar once
 * its size and time have stood still between two looks (or at once, when the server starts), and forgets one that was gone at
 * two, so that a jar under a new name takes over from the old one. Used by one thread at a time.
 */
final class Shelf {
    /** What a folder says of a file; also changed by a change of its permissions, after which it may be readable. */
    private record Seen(Object size, Object modified, Object changed, Object file) {}

    /** One jar file and what came of looking into it. */
    private record Looked(Seen seen, Optional<Jar> jar, String problem) {}

    private static final Logger log = LoggerFactory.getLogger("kernel");

    private final Path bundles;
    private final Path plugins;
    private final Map<Path, Seen> moving = new HashMap<>();
    private final Set<Path> missing = new HashSet<>(); // at the last look
    private final SequencedMap<Path, Looked> looked = new TreeMap<>();

    Shelf(Path bundles, Path plugins) {
        this.bundles = bundles;
        this.plugins = plugins;
    }

    /** Looks at both folders; the names whose jars changed. */
    List<String> look(boolean atOnce) {
        var changed = new ArrayList<String>();
        var there = new HashMap<Path, Seen>();
        try {
            list(bundles).forEach(file -> seen(file).ifPresent(s -> there.put(file, s)));
            list(plugins).forEach(file -> seen(file).ifPresent(s -> there.put(file, s)));
        } catch (IOException e) {
            log.warn("cannot list bundles, will look again: {}", e.toString());
            return List.of(); // nothing is gone only because it cannot be seen
        }
        var gone = looked.keySet().stream().filter(f -> !there.containsKey(f)).toList();
        var goneAgain = gone.stream().filter(f -> atOnce || missing.contains(f)).toList();
        missing.clear();
        missing.addAll(gone);
        for (var file : goneAgain) {
            looked.remove(file).jar().ifPresent(jar -> changed.add(jar.name()));
        }
        moving.keySet().retainAll(there.keySet());
        there.forEach((file, seen) -> {
            var before = looked.get(file);
            if (before != null && before.seen().equals(seen)) {
                return;
            }
            if (!atOnce && !seen.equals(moving.put(file, seen))) {
                return;
            }
            moving.remove(file);
            if (before != null) {
                before.jar().ifPresent(jar -> changed.add(jar.name()));
            }
            var now = lookInto(file, seen);
            looked.put(file, now);
            now.jar().ifPresent(jar -> changed.add(jar.name()));
            if (now.jar().isEmpty()) {
                changed.add(file.getFileName().toString());
            }
        });
        return changed.stream().distinct().sorted().toList();
    }

    private Looked lookInto(Path file, Seen seen) {
        try {
            return new Looked(seen, Optional.of(Jar.read(file, file.startsWith(plugins))), "");
        } catch (BadJar e) {
            return new Looked(seen, Optional.empty(), e.getMessage());
        }
    }

    /** All good jars of a name, best first. */
    List<Jar> jars(String name) {
        return looked.values().stream().flatMap(l -> l.jar().stream()).filter(j -> j.name().equals(name))
                .sorted(Jar.BEST_LAST.reversed()).toList();
    }

    List<Jar> all() {
        return looked.values().stream().flatMap(l -> l.jar().stream()).toList();
    }

    List<String> names() {
        return all().stream().map(Jar::name).distinct().sorted().toList();
    }

    /** Jars that cannot be used, with the reason. */
    Map<Path, String> problems() {
        var found = new TreeMap<Path, String>();
        looked.forEach((file, look) -> {
            if (look.jar().isEmpty()) {
                found.put(file, look.problem());
            }
        });
        return found;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith(".jar")).sorted().toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Optional<Seen> seen(Path file) {
        try {
            var a = Files.readAttributes(file, "unix:isRegularFile,size,lastModifiedTime,ctime,fileKey");
            return (boolean) a.get("isRegularFile") ? Optional.of(new Seen(a.get("size"), a.get("lastModifiedTime"), a.get("ctime"),
                    String.valueOf(a.get("fileKey")))) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty(); // gone meanwhile
        }
    }
}
