package org.posthouse.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets Jazzer try inputs on a target in a small JVM of its own, guided by what they reach. What it learns stays in
 * {@code target/fuzz/<class>/corpus}, what it finds in {@code found}, what it says in {@code log}.
 */
final class Campaign {
    private static final int SECONDS = 60;
    private static final int MOST_FOUND = 10; // of different stack traces; then it gives up
    private static final int LONGEST_SECONDS = 120; // of an input that hangs; the machine may be busy with more than this
    private static final Path MEMORY = Path.of("/dev/shm");

    private final FuzzTarget target;
    private final Path folder;

    Campaign(FuzzTarget target) {
        this.target = target;
        this.folder = Path.of("target", "fuzz", target.getClass().getSimpleName()).toAbsolutePath();
    }

    void run() throws Exception {
        var found = Files.createDirectories(folder.resolve("found"));
        var temporary = Files.createTempDirectory(Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir")), "fuzz");
        var log = folder.resolve("log");
        try {
            var child = new ProcessBuilder(command(found, temporary)).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(log.toFile()).start();
            int exit = child.waitFor();
            assertEquals(List.of(), names(found), "these inputs show defects; keep them in src/test/resources/fuzz/" + folder.getFileName()
                    + ", the stack traces are in " + log);
            assertEquals(0, exit, "see " + log);
        } finally {
            delete(temporary);
        }
    }

    private List<String> command(Path found, Path temporary) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-Xss1m",
                "-XX:+UseSerialGC", "-XX:-OmitStackTraceInFastThrow", "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-Dlogback.configurationFile=" + quiet(), "-Djava.io.tmpdir=" + temporary, "-D" + Scratch.PROPERTY + "=" + temporary,
                "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Driver.class.getName(), "--target_args=" + target.getClass().getName(),
                "--instrumentation_includes=org.posthouse.**", "--instrumentation_excludes=org.posthouse.fuzz.**",
                "--custom_hook_includes=org.posthouse.**",
                "--keep_going=" + MOST_FOUND, "--reproducer_path=" + temporary, "-artifact_prefix=" + found + "/",
                "-max_total_time=" + Integer.getInteger("fuzz.seconds", SECONDS), "-max_len=" + target.longest(),
                "-timeout=" + LONGEST_SECONDS, "-report_slow_units=" + LONGEST_SECONDS, "-print_final_stats=1",
                Files.createDirectories(folder.resolve("corpus")).toString(), seeds().toString()));
        if (!target.words().isEmpty()) {
            command.add("-dict=" + dictionary());
        }
        Kept.folder(target).ifPresent(kept -> command.add(kept.toString()));
        return command;
    }

    private Path quiet() throws IOException {
        return Files.writeString(folder.resolve("logback.xml"), "<configuration><root level=\"OFF\"/></configuration>\n");
    }

    private Path seeds() throws IOException {
        var seeds = Files.createDirectories(folder.resolve("seeds"));
        int number = 0;
        for (var seed : target.seeds()) {
            Files.writeString(seeds.resolve("seed" + number++), seed, StandardCharsets.ISO_8859_1);
        }
        return seeds;
    }

    private Path dictionary() throws IOException {
        var lines = new StringBuilder();
        for (var word : target.words()) {
            lines.append('"');
            word.chars().forEach(c -> lines.append(String.format("\\x%02x", c)));
            lines.append("\"\n");
        }
        return Files.writeString(folder.resolve("words"), lines);
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
