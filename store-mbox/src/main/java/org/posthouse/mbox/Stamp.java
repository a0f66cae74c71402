package org.posthouse.mbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** Which version of a file this is. */
record Stamp(FileTime changed, long size, Object file) {
    static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1, "none");

    static Stamp of(Path path) throws IOException {
        try {
            var is = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(is.lastModifiedTime(), is.size(), String.valueOf(is.fileKey()));
        } catch (NoSuchFileException _) {
            return NONE;
        }
    }

    boolean exists() {
        return size >= 0;
    }
}
