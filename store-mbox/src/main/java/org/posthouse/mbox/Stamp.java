package org.posthouse.mbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * Which version of a file this is.
 *
 * @param changed its time, which programs set as they like: Dovecot sets it to a whole second whenever it has written
 * @param touched when the system last saw a change of any sort; nobody can set it
 */
record Stamp(FileTime changed, FileTime touched, long size, Object file) {
    static final Stamp NONE = new Stamp(FileTime.fromMillis(0), FileTime.fromMillis(0), -1, "none");

    static Stamp of(Path path) throws IOException {
        try {
            var is = Files.readAttributes(path, "unix:lastModifiedTime,ctime,size,fileKey");
            return new Stamp((FileTime) is.get("lastModifiedTime"), (FileTime) is.get("ctime"), (long) is.get("size"), String.valueOf(is.get("fileKey")));
        } catch (NoSuchFileException _) {
            return NONE;
        }
    }

    boolean exists() {
        return size >= 0;
    }
}
