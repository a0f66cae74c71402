package org.posthouse.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a message's octets wait while it is on its way in: in memory up to a bound for each and one for all together, above
 * it in a file of their own. Spool
 * files are not durable and need not be: nothing in them is ours before a queue or store has it.
 */
public final class Spool {
    /** What somebody writes. */
    public interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static final int FIRST_BUFFER = 8 * 1024;
    private static final String PREFIX = "spool-";

    private static final int SHARE_OF_MEMORY = 8; // arrays that grow are up to three times what is in them

    private final Path folder;
    private final long allInMemoryMaxOctets;
    private final AtomicLong allInMemory = new AtomicLong();
    private final AtomicLong allInFiles = new AtomicLong();
    private volatile int inMemoryMaxOctets;
    private volatile long allInFilesMaxOctets = Long.MAX_VALUE;

    /** @param folder for the files; {@link #clean} makes it */
    public Spool(Path folder, long inMemoryMaxOctets) {
        this(folder, inMemoryMaxOctets, Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY);
    }

    /** @param allInMemoryMaxOctets of all messages; what comes beyond goes to files, but for the smallest */
    Spool(Path folder, long inMemoryMaxOctets, long allInMemoryMaxOctets) {
        this.folder = folder;
        this.allInMemoryMaxOctets = allInMemoryMaxOctets;
        inMemory(inMemoryMaxOctets);
    }

    /** Up to how many octets the next messages stay in memory. */
    public void inMemory(long maxOctets) {
        inMemoryMaxOctets = (int) Math.min(maxOctets, Integer.MAX_VALUE - FIRST_BUFFER);
    }

    /** How many octets all files may have together. */
    public void inFiles(long maxOctets) {
        allInFilesMaxOctets = maxOctets;
    }

    /** Makes the folder, 0700, and removes what an earlier run of the server left in it; once, before the first message. */
    public void clean() throws IOException {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (var left = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Reads {@code in} to its end and keeps it until the result is closed.
     *
     * @throws Refusal 5.3.4 as soon as it is larger than {@code maxOctets}, 4.3.1 when the files have no room for it; the rest is not read
     */
    public Spooled take(InputStream in, long maxOctets) throws Refusal, IOException {
        var memory = new Memory();
        boolean stays = false;
        try {
            byte[] buffer = new byte[FIRST_BUFFER];
            for (int n; (n = in.read(buffer)) > 0; ) {
                memory.write(buffer, 0, n);
                long all = allInMemory.addAndGet(n);
                if (memory.size() > maxOctets) {
                    throw tooBig();
                }
                if (memory.size() > inMemoryMaxOctets || memory.size() > FIRST_BUFFER && all > allInMemoryMaxOctets) {
                    return toFile(memory, in, buffer, maxOctets);
                }
            }
            stays = true;
            long size = memory.size();
            return new Spooled(memory.octets(), () -> allInMemory.addAndGet(-size));
        } finally {
            if (!stays) {
                allInMemory.addAndGet(-memory.size());
            }
        }
    }

    /** The same for octets that are written, not read. */
    public Spooled take(Writing writing, long maxOctets) throws Refusal, IOException {
        try (var in = new PipedInputStream(FIRST_BUFFER); var out = new PipedOutputStream(in)) {
            var failed = new AtomicReference<IOException>();
            var writer = Thread.ofVirtual().name("spool").start(() -> {
                try (out) {
                    writing.to(out);
                } catch (IOException e) {
                    failed.set(e);
                }
            });
            var taken = take(in, maxOctets);
            try {
                writer.join();
            } catch (InterruptedException e) {
                taken.close();
                throw new IOException("interrupted", e);
            }
            if (failed.get() != null) {
                taken.close();
                throw failed.get();
            }
            return taken;
        }
    }

    private Spooled toFile(Memory first, InputStream rest, byte[] buffer, long maxOctets) throws Refusal, IOException {
        Path file = Files.createTempFile(folder, PREFIX, ""); // 0600 where the file system knows permissions
        var size = new AtomicLong();
        boolean taken = false;
        try (var out = Files.newOutputStream(file)) {
            grow(size, first.size(), maxOctets);
            first.writeTo(out);
            allInMemory.addAndGet(-first.size());
            first.release();
            for (int n; (n = rest.read(buffer)) > 0; ) {
                grow(size, n, maxOctets);
                out.write(buffer, 0, n);
            }
            taken = true;
            return new Spooled(inFile(file, size.get()), () -> delete(file, size));
        } finally {
            if (!taken) {
                delete(file, size);
            }
        }
    }

    private void grow(AtomicLong size, int by, long maxOctets) throws Refusal {
        long all = allInFiles.addAndGet(by);
        if (size.addAndGet(by) > maxOctets) {
            throw tooBig();
        }
        if (all > allInFilesMaxOctets) { // many who send slowly could fill the disk together
            throw new Refusal("4.3.1", "Too much mail is arriving, try again later");
        }
    }

    private void delete(Path file, AtomicLong size) throws IOException {
        try {
            Files.deleteIfExists(file);
        } finally {
            allInFiles.addAndGet(-size.get());
        }
    }

    private static StoredContent.Octets inFile(Path file, long size) {
        return new StoredContent.Octets() {
            @Override public long size() {
                return size;
            }

            @Override public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }

    private static Refusal tooBig() {
        return new Refusal("5.3.4", "Message too big for system");
    }

    /** Gives its array away without copying it, or lets go of it. */
    private static final class Memory extends ByteArrayOutputStream {
        Memory() {
            super(FIRST_BUFFER);
        }

        StoredContent.Octets octets() {
            return StoredContent.inMemory(buf, count);
        }

        /** A client may take an hour for the rest. */
        void release() {
            buf = new byte[0];
            count = 0;
        }
    }
}
