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
    private final Queue<byte[]> pieces = new ArrayBlockingQueue<>(MOST_PIECES);

    /** As much as fits from that offset; 0 at the end. */
    int read(Path folder, String key, Path file, long offset, byte[] into) throws IOException {
        try (var in = open(file)) {
            var at = remembered(new Place(folder, key, offset));
            var skipped = new byte[at.octets() < offset ? PIECE : 0];
            while (at.octets() < offset) {
                var next = convert(in, at, skipped, (int) Math.min(offset - at.octets(), PIECE));
                if (next.octets() == at.octets()) {
                    return 0;
                }
                at = next;
            }
            var end = convert(in, at, into, into.length);
            int n = (int) (end.octets() - offset);
            if (n == into.length) {
                remember(new Place(folder, key, end.octets()), end);
            }
            return n;
        }
    }

    /** For files that have CRLF line ends already. */
    int readPlain(Path file, long offset, byte[] into) throws IOException {
        try (var in = open(file)) {
            var buffer = ByteBuffer.wrap(into);
            while (buffer.hasRemaining() && in.read(buffer, offset + buffer.position()) > 0) {}
            return buffer.position();
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

    private Position convert(FileChannel in, Position from, byte[] into, int length) throws IOException {
        var piece = Optional.ofNullable(pieces.poll()).orElseGet(() -> new byte[PIECE]);
        try {
            var feeds = new LineFeeds(from.last(), into, length);
            long inFile = from.inFile();
            int got = 1;
            while (got > 0 && feeds.room() > 0) {
                got = in.read(ByteBuffer.wrap(piece, 0, Math.min(PIECE, feeds.room())), inFile);
                inFile += got > 0 ? feeds.take(piece, got) : 0;
            }
            return new Position(from.octets() + length - feeds.room(), inFile, feeds.last());
        } finally {
            pieces.offer(piece);
        }
    }
}
