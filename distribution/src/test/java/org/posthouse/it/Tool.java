package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs of others, as an operator or a user has them on the machine. */
final class Tool {
    private static final int LONGEST_SECONDS = 60;

    /** Standard output and standard error together, and how it ended. */
    record Ran(int status, String output) {
        boolean well() {
            return status == 0;
        }
    }

    private Tool() {}

    /** @param packages that have the program, for apt-get */
    static void need(String program, String packages) {
        boolean found = List.of(System.getenv("PATH").split(":")).stream().anyMatch(d -> Files.isExecutable(Path.of(d, program)));
        if (!found) {
            fail(program + " is missing: apt-get install " + packages);
        }
    }

    static Ran run(String... command) throws IOException, InterruptedException {
        return run(Path.of("."), Map.of(), "", command);
    }

    static Ran run(Path folder, Map<String, String> environment, String input, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var output = Files.createTempFile("tool", ".out");
        try {
            var process = builder.redirectOutput(output.toFile()).start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException _) {
                // it reads no input
            }
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            assertTrue(process.waitFor() < 128, String.join(" ", command) + " took too long");
            return new Ran(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
        }
    }
}
