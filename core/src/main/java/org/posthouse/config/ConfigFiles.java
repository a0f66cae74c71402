package org.posthouse.config;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The files of a configuration, in the order they are read: {@code posthouse.conf}, then {@code conf.d/*.conf} by name. */
final class ConfigFiles {
    private static final int FILE_OCTETS = 1 << 20;

    private final Path conf;
    private final List<Problem> problems = new ArrayList<>();

    ConfigFiles(Path conf) {
        this.conf = conf;
    }

    static Path main(Path conf) {
        return conf.resolve("posthouse.conf");
    }

    List<Problem> problems() {
        return problems;
    }

    void readInto(SectionReader reader) {
        for (Path file : files()) {
            try (var in = Files.newInputStream(file)) {
                byte[] octets = in.readNBytes(FILE_OCTETS + 1);
                if (octets.length > FILE_OCTETS) {
                    problem(file, "has more than " + FILE_OCTETS + " octets", "divide it among files of conf.d");
                } else {
                    reader.read(file, octets);
                }
            } catch (NoSuchFileException e) {
                problem(file, "is missing", "write it, with at least hostname = ... and domains = ...");
            } catch (IOException e) {
                problem(file, "cannot be read: " + e.getMessage(), "it must be a file that this user may read");
            }
        }
    }

    private List<Path> files() {
        var parts = new ArrayList<Path>();
        Path folder = conf.resolve("conf.d");
        if (Files.isDirectory(folder)) {
            try (var found = Files.newDirectoryStream(folder, ConfigFiles::counts)) {
                found.forEach(parts::add);
            } catch (IOException | DirectoryIteratorException e) {
                problem(folder, "cannot be read: " + e.getMessage(), "it must be a folder that this user may read");
            }
        }
        Collections.sort(parts);
        parts.addFirst(main(conf));
        return parts;
    }

    /** Editors keep files with a leading dot beside those they change. */
    private static boolean counts(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".conf") && !name.startsWith(".");
    }

    private void problem(Path file, String what, String mend) {
        problems.add(new Problem(new Place(file, 0), what, mend));
    }
}
