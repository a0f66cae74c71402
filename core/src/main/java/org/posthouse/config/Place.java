package org.posthouse.config;

import java.nio.file.Path;

/** Where something stands in the configuration; lines count from 1, and 0 is the file as a whole. */
public record Place(Path file, int line) {
    @Override
    public String toString() {
        return line == 0 ? file.toString() : file + ":" + line;
    }
}
