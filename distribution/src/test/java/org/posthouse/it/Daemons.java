package org.posthouse.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that run as long as a test, each with a log of its own name in one folder. */
final class Daemons implements AutoCloseable {
    private final Path dir;
    private final List<Process> processes = new ArrayList<>();

    Daemons(Path dir) {
        this.dir = dir;
    }

    Process run(String... command) throws IOException {
        var log = dir.resolve(Path.of(command[0]).getFileName() + ".log");
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        processes.add(process);
        return process;
    }

    @Override
    public void close() throws InterruptedException {
        for (var process : processes) {
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
