package org.posthouse.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one way to write what must survive, and the places of a home. A core service. Nothing is durable before the sync that
 * its method names has returned; names (creations, renames, removals) need {@link #syncFolder} of their folder.
 */
@ProviderType
public interface Disk {
    /** A file or folder under {@code conf/}; the name may have slashes, never {@code ..}. */
    Path conf(String name);

    /** A folder or file under {@code var/}; its parent folders are made. */
    Path var(String name);

    /** Creates a file that must not exist yet, 0600, for writing. */
    Writing create(Path file) throws IOException;

    /** Opens a file for writing at its end, creating it 0600 where there is none. */
    Writing append(Path file) throws IOException;

    /** Opens a file that exists for writing over its octets, the first write from {@code offset} on; it may become longer. */
    Writing over(Path file, long offset) throws IOException;

    /** Renames within one file system, replacing what has that name, in one step. */
    void rename(Path from, Path to) throws IOException;

    /** A second name for a file; FileAlreadyExistsException when the name is taken. */
    void link(Path existing, Path name) throws IOException;

    /** Removes a file; false when there was none. */
    boolean delete(Path file) throws IOException;

    /** Makes a folder and its parents, 0700; each new name is synced. */
    void folder(Path folder) throws IOException;

    /** Makes names in this folder durable. */
    void syncFolder(Path folder) throws IOException;

    /** Replaces a whole small file durably, so that at any moment the old or the new one is there: new file, sync, rename, sync. */
    default void replace(Path file, byte[] octets) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        delete(beside);
        try (var out = create(beside)) {
            out.write(ByteBuffer.wrap(octets));
            out.sync();
        }
        rename(beside, file);
        syncFolder(file.toAbsolutePath().getParent());
    }

    /** A file being written. */
    @ProviderType
    interface Writing extends Closeable {
        /** All that remains in the buffer. */
        void write(ByteBuffer octets) throws IOException;

        /** Makes what was written durable, with the file's length. */
        void sync() throws IOException;

        /** Cuts the file, for undoing a torn end. */
        void truncate(long size) throws IOException;

        long size() throws IOException;
    }
}
