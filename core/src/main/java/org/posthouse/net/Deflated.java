package org.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compression in both directions (RFC 1951, as RFC 4978 uses it) above TLS or nothing. Unpacks no more at a time than a reader is
 * given, so that a small packet that means gigabytes costs those who read them and nothing else. Its windows lie outside the heap,
 * some 300 KB for each connection, until {@link #finish}.
 */
final class Deflated implements Layer {
    private static final int AT_ONCE = 16 * 1024;

    private final Layer below;
    private final Inflater inflater = new Inflater(true);
    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private boolean more; // perhaps, of what was unpacked last
    private boolean finished;

    /** @param first what has come already */
    Deflated(Layer below, ByteBuffer first) {
        this.below = below;
        inflater.setInput(first);
    }

    @Override
    public ByteBuffer take() throws IOException {
        while (!finished && !inflater.finished()) {
            if (!waits()) {
                var next = below.take();
                if (!next.hasRemaining()) {
                    return Wire.NOTHING;
                }
                inflater.setInput(next);
            }
            var plain = new byte[AT_ONCE];
            int length = inflate(plain);
            more = length == plain.length;
            if (length > 0) {
                return ByteBuffer.wrap(plain, 0, length);
            }
            if (inflater.needsDictionary()) {
                throw new IOException("compressed by a dictionary that there is not");
            }
        }
        return Wire.NOTHING;
    }

    private boolean waits() {
        return more || inflater.getRemaining() > 0;
    }

    private int inflate(byte[] plain) throws IOException {
        try {
            return inflater.inflate(plain);
        } catch (DataFormatException e) {
            throw new IOException("not compressed as it should be", e);
        }
    }

    @Override
    public boolean waiting() {
        return !finished && (waits() || below.waiting());
    }

    @Override
    public boolean ended() {
        return finished || inflater.finished() || !waits() && below.ended();
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        if (finished) {
            throw new IOException("compression was ended");
        }
        deflater.setInput(octets);
        var packed = ByteBuffer.allocate(AT_ONCE);
        do {
            deflater.deflate(packed.clear(), Deflater.SYNC_FLUSH);
            if (packed.flip().hasRemaining()) {
                below.write(packed);
            }
        } while (packed.limit() == packed.capacity());
    }

    @Override
    public void finish() throws IOException {
        finished = true;
        inflater.end();
        deflater.end();
        below.finish();
    }

    @Override
    public boolean secure() {
        return below.secure();
    }

    @Override
    public String cipher() {
        return below.cipher();
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return below.channelBinding(type);
    }
}
