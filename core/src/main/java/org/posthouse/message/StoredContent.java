package org.posthouse.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** A content over octets that can be opened again and again; each of header and tree parsed once, when first asked for. */
public final class StoredContent implements Content {
    /** Where the octets are. */
    public interface Octets {
        long size();

        InputStream open() throws IOException;
    }

    private interface Parse<T> {
        T of(InputStream in) throws IOException;
    }

    private final Octets octets;
    private final Once<Headers> headers = new Once<>(MessageParser::headers);
    private final Once<Part> tree = new Once<>(in -> MessageParser.parse(in, size()));

    public StoredContent(Octets octets) {
        this.octets = octets;
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

    /**
     * Parsed by the first who asks. An I/O error, which only a spool file has, comes as UncheckedIOException: the interface
     * lets filters read without catching.
     */
    private final class Once<T> {
        private final Parse<T> parse;
        private final Lock parsing = new ReentrantLock();
        private volatile T value;

        Once(Parse<T> parse) {
            this.parse = parse;
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
            try (var in = open()) {
                return parse.of(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
