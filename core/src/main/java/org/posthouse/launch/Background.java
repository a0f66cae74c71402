package org.posthouse.launch;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Starts a server that goes on when this process and its terminal have ended. */
final class Background {
    private static final String READY = "posthouse: ready";
    private static final long READY_MILLIS = 60_000;
    private static final long LOOK_MILLIS = 50;
    private static final int SHOWN_OCTETS = 1 << 16;

    private final Path program;
    private final Home home;
    private final Path printed;

    Background(Path program, Home home) {
        this.program = program;
        this.home = home;
        this.printed = home.folder().resolve("var/log/start.log");
    }

    /** Returns when the server says that it is ready, or ends; what it printed until then is printed here. */
    int start() throws IOException, InterruptedException {
        var script = program.resolve("bin/posthouse").toString();
        var builder = new ProcessBuilder(List.of(detacher(), script, "--home", home.folder().toString(), "run"));
        builder.environment().put("POSTHOUSE_LOG", "file");
        builder.redirectErrorStream(true).redirectOutput(printed.toFile()).redirectInput(new File("/dev/null"));
        var server = builder.start();
        for (long waited = 0; waited < READY_MILLIS; waited += LOOK_MILLIS) {
            boolean alive = server.isAlive();
            String text = text();
            if (text.lines().anyMatch(line -> line.startsWith(READY))) {
                Thread.sleep(LOOK_MILLIS); // the listeners come after that line
                System.out.print(text());
                return 0;
            }
            if (!alive) {
                System.err.print(text);
                return 1;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        System.err.println("posthouse: not ready after " + READY_MILLIS / 1000 + " s; see " + printed);
        return 1;
    }

    /** A session of its own keeps the terminal's signals away. */
    private static String detacher() throws IOException {
        return find("setsid").or(() -> find("nohup"))
                .orElseThrow(() -> new IOException("neither setsid nor nohup is in PATH; install util-linux"));
    }

    private static Optional<String> find(String name) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":")).map(p -> Path.of(p, name))
                .filter(Files::isExecutable).map(Path::toString).findFirst();
    }

    private String text() throws IOException {
        try (var file = new RandomAccessFile(printed.toFile(), "r")) {
            var octets = new byte[(int) Math.min(file.length(), SHOWN_OCTETS)];
            file.readFully(octets);
            return new String(octets, StandardCharsets.UTF_8);
        }
    }
}
