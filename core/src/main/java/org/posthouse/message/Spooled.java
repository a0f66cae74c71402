package org.posthouse.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A message as {@link Spool} keeps it; closing it removes its file, and with it all contents made from it. */
public final class Spooled implements Content, AutoCloseable {
    private final StoredContent content;
    private final Path file;

    /** @param file to be removed, or null when all is in memory */
    Spooled(StoredContent.Octets octets, Path file) {
        this.content = new StoredContent(octets);
        this.file = file;
    }

    @Override
    public long size() {
        return content.size();
    }

    @Override
    public InputStream open() throws IOException {
        return content.open();
    }

    @Override
    public Headers headers() {
        return content.headers();
    }

    @Override
    public Part tree() {
        return content.tree();
    }

    @Override
    public Content withFirst(String headerLines) {
        return content.withFirst(headerLines);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
