package org.posthouse.fuzz;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The inputs that a target always gets: nothing, its seeds, and what was found once. */
final class Kept {
    private Kept() {}

    static List<byte[]> of(FuzzTarget target) throws IOException {
        var inputs = new ArrayList<byte[]>();
        inputs.add(new byte[0]);
        target.seeds().forEach(seed -> inputs.add(seed.getBytes(StandardCharsets.ISO_8859_1)));
        var folder = folder(target);
        if (folder.isPresent()) {
            try (var files = Files.list(folder.get())) {
                for (var file : files.sorted().toList()) {
                    inputs.add(Files.readAllBytes(file));
                }
            }
        }
        return inputs;
    }

    /** Where the found inputs are; the tests of each module run in folders of its own. */
    static Optional<Path> folder(FuzzTarget target) {
        var name = "/fuzz/" + target.getClass().getSimpleName();
        return Optional.ofNullable(target.getClass().getResource(name)).map(url -> Path.of(URI.create(url.toString())));
    }
}
