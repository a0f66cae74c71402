package org.posthouse.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file system of a few megabytes in memory, mounted in a name space of its own: the kernel takes it away with the last process that
 * is in it, whatever becomes of the test. Needs no root where users may make name spaces.
 */
final class SmallDisk implements AutoCloseable {
    private static final List<List<String>> WAYS = List.of(List.of("--user", "--map-root-user", "--mount"), List.of("--mount"));
    private static final int PIECE = 64 * 1024;

    private final Path at;
    private final boolean user;
    private final Process holder;
    private Optional<FileChannel> filler = Optional.empty();

    private SmallDisk(Path at, boolean user, Process holder) {
        this.at = at;
        this.user = user;
        this.holder = holder;
    }

    /** Empty where neither root nor this user may mount. */
    static Optional<SmallDisk> mounted(Path at, int megabytes) throws IOException {
        for (var way : WAYS) {
            var words = Stream.of(List.of("unshare"), way, List.of("--propagation", "private", "sh", "-c",
                    "mount -t tmpfs -o size=" + megabytes + "m posthouse '" + at + "' && echo mounted && exec cat")).flatMap(List::stream).toList();
            var holder = new ProcessBuilder(words).redirectErrorStream(true).start();
            var said = new BufferedReader(new InputStreamReader(holder.getInputStream())).readLine();
            if ("mounted".equals(said)) {
                return Optional.of(new SmallDisk(at, way.size() > 1, holder));
            }
            holder.destroyForcibly();
        }
        return Optional.empty();
    }

    /** As the test sees it; programs that are {@link #inside} call it by its own name. */
    Path seen() {
        return Path.of("/proc/" + holder.pid() + "/root" + at);
    }

    List<String> inside() {
        var enter = List.of("nsenter", "--target", String.valueOf(holder.pid()), "--mount");
        return user ? Stream.concat(enter.stream(), Stream.of("--user", "--preserve-credentials")).toList() : enter;
    }

    Tool.Ran run(String... command) throws IOException, InterruptedException {
        return Tool.run(Stream.concat(inside().stream(), Stream.of(command)).toArray(String[]::new));
    }

    /** Lets a folder become read-only alone; before anything in it is open. */
    void part(String folder) throws IOException, InterruptedException {
        var path = at.resolve(folder).toString();
        Files.createDirectories(seen().resolve(folder));
        mount("--bind", path, path);
    }

    /** Waits for the moment when nothing in it is open for writing. */
    void readOnly(String part) throws Exception {
        var path = at.resolve(part).toString();
        Soon.happens(() -> run("mount", "-o", "remount,bind,ro", path).well(), () -> path + " is always in use");
    }

    void writable(String part) throws IOException, InterruptedException {
        mount("-o", "remount,bind,rw", at.resolve(part).toString());
    }

    private void mount(String... words) throws IOException, InterruptedException {
        var ran = run(Stream.concat(Stream.of("mount"), Stream.of(words)).toArray(String[]::new));
        if (!ran.well()) {
            throw new IOException(ran.output());
        }
    }

    /** Takes all that is left, to the last octet; again what has become free since. */
    void fill() throws IOException {
        if (filler.isEmpty()) {
            filler = Optional.of(FileChannel.open(seen().resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        }
        for (int piece = PIECE; piece > 0; piece /= 2) {
            try {
                while (true) {
                    filler.get().write(ByteBuffer.allocate(piece));
                }
            } catch (IOException _) {
                continue; // full for so much
            }
        }
    }

    void free() throws IOException {
        filler.get().close();
        filler = Optional.empty();
        Files.delete(seen().resolve("filler"));
    }

    @Override
    public void close() throws IOException {
        if (filler.isPresent()) {
            filler.get().close();
        }
        holder.destroy();
    }
}
