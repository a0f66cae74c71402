package org.posthouse.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** A content over octets that can be opened again and again; parsed when first asked, once. */
final class StoredContent implements Content {
    /** Where the octets are. */
    interface Octets {
        long size();

        InputStream open() throws IOException;
    }

    private final Octets octets;
    private final Lock parsing = new ReentrantLock();
    private volatile Part tree;

    StoredContent(Octets octets) {
        this.octets = octets;
    }

    /** The array is not copied and must not change. */
    static Octets inMemory(byte[] array, int length) {
        return new Octets() {
            @Override public long size() {
                return length;
            }

            @Override public InputStream open() {
                return new ByteArrayInputStream(array, 0, length);
            }
        };
    }

    @Override
    public long size() {
        return octets.size();
    }

    @Override
    public InputStream open() throws IOException {
        return octets.open();
    }

    @Override
    public Headers headers() {
        return tree().headers();
    }

    /** An I/O error, of a spool file only, comes as UncheckedIOException: the interface lets filters read without catching. */
    @Override
    public Part tree() {
        if (tree != null) {
            return tree;
        }
        parsing.lock();
        try {
            if (tree == null) {
                tree = parse();
            }
            return tree;
        } finally {
            parsing.unlock();
        }
    }

    private Part parse() {
        try (var in = open()) {
            return MessageParser.parse(in, size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Content withFirst(String headerLines) {
        var first = headerLines.getBytes(StandardCharsets.UTF_8);
        var rest = octets;
        return new StoredContent(new Octets() {
            @Override public long size() {
                return first.length + rest.size();
            }

            @Override public InputStream open() throws IOException {
                return new SequenceInputStream(new ByteArrayInputStream(first), rest.open());
            }
        });
    }
}
