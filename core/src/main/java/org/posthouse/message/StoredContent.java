package org.posthouse.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** A content over octets that can be opened again and again; each of header and tree parsed once, when first asked for. */
public final class StoredContent implements Content {
    /** Where the octets are. */
    public interface Octets {
        long size();

        InputStream open() throws IOException;
    }

    private interface Reading<T> {
        T get() throws IOException;
    }

    private final Octets octets;
    private final Once<Headers> headers = new Once<>(this::readHeaders);
    private final Once<Part> tree;

    public StoredContent(Octets octets) {
        this.octets = octets;
        this.tree = new Once<>(this::readTree);
    }

    private StoredContent(FirstLines first, StoredContent rest) {
        this.octets = first.before(rest.octets);
        this.tree = new Once<>(() -> {
            var known = first.before(rest);
            return known.isPresent() ? known.get() : readTree();
        });
    }

    /** The array is not copied and must not change. */
    public static Octets inMemory(byte[] array, int length) {
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

    /** From the first header alone, as long as nobody needed the tree. */
    @Override
    public Headers headers() {
        return tree.value != null ? tree.value.headers() : headers.get();
    }

    @Override
    public Part tree() {
        return tree.get();
    }

    @Override
    public Content withFirst(String headerLines) {
        return new StoredContent(FirstLines.of(headerLines), this);
    }

    private Headers readHeaders() throws IOException {
        try (var in = open()) {
            return MessageParser.headers(in);
        }
    }

    private Part readTree() throws IOException {
        try (var in = open()) {
            return MessageParser.parse(in, size());
        }
    }

    /**
     * Parsed by the first who asks. An I/O error, which only a spool file has, comes as UncheckedIOException: the interface
     * lets filters read without catching.
     */
    private static final class Once<T> {
        private final Reading<T> reading;
        private final Lock parsing = new ReentrantLock();
        private volatile T value;

        Once(Reading<T> reading) {
            this.reading = reading;
        }

        T get() {
            if (value == null) {
                parsing.lock();
                try {
                    value = value == null ? parsed() : value;
                } finally {
                    parsing.unlock();
                }
            }
            return value;
        }

        private T parsed() {
            try {
                return reading.get();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
