package org.posthouse.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Reads message files with CRLF line ends, whatever they have: an LF without a CR before it becomes CRLF. Remembers where
 * the last reads ended in their files, so that reading on does not begin at the first octet again.
 */
final class CrlfReader {
    private static final int MOST_POSITIONS = 1024;
    private static final int MOST_PIECES = 16;
    private static final int PIECE = 64 * 1024;

    /** A point of a message: {@code octets} with CRLF line ends were given out, the last of them {@code last}. */
    private record Position(long octets, long inFile, byte last) {
        static final Position START = new Position(0, 0, (byte) 0);
    }

    private record Place(Path folder, String key, long offset) {}

    private final Map<Place, Position> positions = new Bounded<>(MOST_POSITIONS);
    private final Queue<ByteBuffer> pieces = new ArrayBlockingQueue<>(MOST_PIECES);

    /** As much as fits from that offset; 0 at the end. */
    int read(Path folder, String key, Path file, long offset, ByteBuffer into) throws IOException {
        var piece = piece();
        try (var in = open(file)) {
            var at = remembered(new Place(folder, key, offset));
            while (at.octets() < offset) {
                var skipped = ByteBuffer.allocate((int) Math.min(offset - at.octets(), PIECE));
                at = convert(in, at, piece, skipped);
                if (skipped.position() == 0) {
                    return 0;
                }
            }
            var end = convert(in, at, piece, into);
            if (!into.hasRemaining()) {
                remember(new Place(folder, key, end.octets()), end);
            }
            return (int) (end.octets() - offset);
        } finally {
            pieces.offer(piece);
        }
    }

    private ByteBuffer piece() {
        return Optional.ofNullable(pieces.poll()).orElseGet(() -> ByteBuffer.allocateDirect(PIECE));
    }

    /** For files that have CRLF line ends already. */
    int readPlain(Path file, long offset, ByteBuffer into) throws IOException {
        int from = into.position();
        try (var in = open(file)) {
            while (into.hasRemaining() && in.read(into, offset + into.position() - from) > 0) {}
            return into.position() - from;
        }
    }

    /** The whole message's octets with CRLF line ends. */
    static long measure(Path file) throws IOException {
        try (var in = open(file)) {
            var piece = ByteBuffer.allocate(Math.clamp(in.size() + 1, 1, PIECE));
            long octets = 0;
            byte last = 0;
            while (in.read(piece.clear()) > 0) {
                octets += piece.position();
                for (int i = 0; i < piece.position(); i++) {
                    octets += piece.get(i) == '\n' && last != '\r' ? 1 : 0;
                    last = piece.get(i);
                }
            }
            return octets;
        }
    }

    /**
     * Where users can reach their Maildir themselves, a link could lead to what only the server may read, and a pipe would
     * keep its reader waiting for ever.
     */
    static FileChannel open(Path file) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isRegularFile()) {
            throw new IOException(file + " is no file of a message");
        }
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private Position remembered(Place place) {
        synchronized (positions) {
            return place.offset() == 0 ? Position.START : positions.getOrDefault(place, Position.START);
        }
    }

    private void remember(Place place, Position position) {
        synchronized (positions) {
            positions.put(place, position);
        }
    }

    private static Position convert(FileChannel in, Position from, ByteBuffer piece, ByteBuffer into) throws IOException {
        int start = into.position();
        long inFile = from.inFile();
        byte last = from.last();
        while (into.hasRemaining() && in.read(piece.clear().limit(Math.min(PIECE, into.remaining())), inFile) > 0) {
            last = LineFeeds.withCr(piece.flip(), last, into);
            inFile += piece.position();
        }
        return new Position(from.octets() + into.position() - start, inFile, last);
    }
}
