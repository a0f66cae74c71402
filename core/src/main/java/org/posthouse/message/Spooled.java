package org.posthouse.message;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** A message as {@link Spool} keeps it; closing it lets go of its memory or file, and so of all contents made from it. */
public final class Spooled implements Content, AutoCloseable {
    private final StoredContent content;
    private final Closeable place;
    private boolean closed;

    Spooled(StoredContent.Octets octets, Closeable place) {
        this.content = new StoredContent(octets);
        this.place = place;
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
        if (!closed) {
            closed = true;
            place.close();
        }
    }
}
