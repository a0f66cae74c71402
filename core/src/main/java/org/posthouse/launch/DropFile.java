package org.posthouse.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileOwnerAttributeView;
import org.posthouse.disk.Disk;
import org.posthouse.disk.HomeDisk;
import org.posthouse.net.SessionIds;
import org.posthouse.pipeline.DroppedMail;

/** Writes one message into {@code var/drop}, where a server takes it; durable when {@link #drop} has returned. Lines get CRLF. */
final class DropFile implements AutoCloseable {
    private static final int BLOCK_OCTETS = 65_536;

    private final Path home;
    private final Disk disk;
    private final Path folder;
    private final Path beside;
    private final Path file;
    private final Disk.Writing out;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_OCTETS);
    private boolean dropped;

    DropFile(Path home, DroppedMail envelope) throws IOException {
        this(new HomeDisk(home), home, envelope);
    }

    DropFile(Disk disk, Path home, DroppedMail envelope) throws IOException {
        this.disk = disk;
        folder = home.resolve("var/drop");
        this.home = home;
        disk.folder(folder);
        own(folder.getParent());
        own(folder);
        file = folder.resolve(new SessionIds().next().text());
        beside = folder.resolve(file.getFileName() + ".new");
        out = disk.create(beside);
        out.write(ByteBuffer.wrap(envelope.envelope()));
    }

    /** A line without its end. A carriage return alone, and NUL, which no mail server takes, are left out. */
    void line(byte[] octets) throws IOException {
        for (byte octet : octets) {
            if (octet != 0 && octet != '\r') {
                put(octet);
            }
        }
        put((byte) '\r');
        put((byte) '\n');
    }

    private void put(byte octet) throws IOException {
        if (!block.hasRemaining()) {
            flush();
        }
        block.put(octet);
    }

    private void flush() throws IOException {
        out.write(block.flip());
        block.clear();
    }

    /** From here on it is the server's. */
    void drop() throws IOException {
        flush();
        out.sync();
        own(beside);
        disk.rename(beside, file);
        disk.syncFolder(folder);
        dropped = true;
    }

    /** What root writes is for the user who owns the home. */
    private void own(Path made) throws IOException {
        var owner = Files.getOwner(home);
        var view = Files.getFileAttributeView(made, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS); // a link may have come in its place
        if (!view.getOwner().equals(owner)) {
            view.setOwner(owner);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
        if (!dropped) {
            disk.delete(beside);
        }
    }
}
