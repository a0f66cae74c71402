package org.posthouse.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The program under test as a black box: a process of its own with a home in a temporary folder, reached by its ports, files and
 * commands only. Closing it ends the process.
 */
final class Server implements AutoCloseable {
    static final Path PROGRAM = Path.of(System.getProperty("posthouse.program"));
    private static final Pattern LISTENER = Pattern.compile("\\s+(\\S+)\\s+(\\S+)\\s+(\\S+)\\s+(\\S+):(\\d+)");
    private static final long READY_WITHIN_SECONDS = Integer.getInteger("ready-within", 30);

    /** What a command printed and how it ended. */
    record Said(int status, String out, String err) {}

    private final Path home;
    private final List<String> program;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private Process process;
    private Thread listening;

    Server(Path home) {
        this(home, home, List.of());
    }

    /**
     * @param home   where the test finds it
     * @param named  what the program calls it
     * @param before what each command begins with, such as {@code strace}
     */
    Server(Path home, Path named, List<String> before) {
        this(home, Stream.concat(before.stream(), Stream.of(PROGRAM.resolve("bin/posthouse").toString(), "--home", named.toString())).toList());
    }

    /** @param program what each command begins with, up to the home */
    Server(Path home, List<String> program) {
        this.home = home;
        this.program = program;
    }

    /** The jar that plugins are compiled against. */
    static Path core() throws IOException {
        try (var files = Files.list(PROGRAM.resolve("lib"))) {
            return files.filter(f -> f.getFileName().toString().matches("core-.*\\.jar")).findFirst().orElseThrow();
        }
    }

    Path home() {
        return home;
    }

    long pid() {
        return process.pid();
    }

    /** Writes conf/posthouse.conf and users ann and bob with the password "secret". */
    Server configure(String conf) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.createDirectories(home.resolve("plugins"));
        Files.writeString(home.resolve("conf/posthouse.conf"), conf);
        Files.writeString(home.resolve("conf/users"), "ann@example.test:{PLAIN}secret\nbob@example.test:{PLAIN}secret\n");
        return this;
    }

    /** Starts it and waits until it is ready. */
    Server start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    Server start(Map<String, String> environment) throws IOException, InterruptedException {
        begin(environment);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_WITHIN_SECONDS);
        while (!ready()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly(); // whoever waits for it here has nothing to close yet
                throw new IOException("it did not become ready:\n" + log());
            }
            Thread.sleep(5);
        }
        return this;
    }

    /** Starts it and does not wait. */
    void begin() throws IOException {
        begin(Map.of());
    }

    private void begin(Map<String, String> environment) throws IOException {
        lines.clear();
        ports.clear();
        var builder = new ProcessBuilder(command(List.of("run")));
        builder.environment().putAll(environment);
        process = builder.redirectErrorStream(true).start();
        listening = Thread.ofPlatform().daemon().start(this::listen);
    }

    private boolean ready() {
        return lines.stream().anyMatch(l -> l.startsWith("posthouse: ready"));
    }

    private void listen() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                var listener = LISTENER.matcher(line);
                if (listener.matches()) {
                    ports.put(listener.group(1), Integer.valueOf(listener.group(5)));
                }
                lines.add(line);
            }
        } catch (IOException _) {
            // its end closes the stream under us
        }
    }

    /** The port of a listener by its name; its line comes just after that one is ready. */
    int port(String listener) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!ports.containsKey(listener)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no listener " + listener + " in " + log());
            }
            Thread.onSpinWait();
        }
        return ports.get(listener);
    }

    String log() {
        return String.join("\n", lines);
    }

    Said command(String... words) throws IOException, InterruptedException {
        return commandWithInput("", words);
    }

    Said commandWithInput(String input, String... words) throws IOException, InterruptedException {
        var asked = new ProcessBuilder(command(List.of(words))).start();
        try (var in = asked.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        var err = new StringBuilder();
        var errors = Thread.ofVirtual().start(() -> err.append(read(asked.getErrorStream())));
        var out = read(asked.getInputStream());
        errors.join();
        return new Said(asked.waitFor(), out, err.toString());
    }

    private List<String> command(List<String> more) {
        return Stream.concat(program.stream(), more.stream()).toList();
    }

    private static String read(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** SIGTERM; the exit status. */
    int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("it did not end within 10 s of SIGTERM");
        }
        return process.exitValue();
    }

    /** SIGKILL; what it has said till then has been read. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        listening.join();
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null && process.isAlive()) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
