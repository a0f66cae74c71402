package org.posthouse.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where targets keep files: in memory while inputs are looked for, in the module's {@code target} otherwise. */
public final class Scratch {
    static final String PROPERTY = "fuzz.scratch";

    private Scratch() {}

    public static Path folder() throws IOException {
        return Files.createTempDirectory(Path.of(System.getProperty(PROPERTY, "target")).toAbsolutePath(), "scratch");
    }
}
