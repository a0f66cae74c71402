package org.posthouse.diskqueue;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.posthouse.disk.Disk;
import org.posthouse.message.Content;
import org.posthouse.queue.Queue.Item;

/**
 * What stands in an item's file. The envelope is written anew behind the rest each time it changes; the last whole one counts,
 * and what is torn at the end is cut before the next.
 *
 * <pre>
 * file    = "posthouse-queue 1 " octets SP crc SP octets LF envelope content "content " crc LF *again
 * again   = "envelope " octets SP crc LF envelope
 * octets  = 1*DIGIT          ; of the envelope; the second in the first line: of the content
 * crc     = 8HEXDIG          ; CRC-32C of the envelope, or of the content
 * </pre>
 *
 * @param start where the content begins
 * @param end   where the last whole part ends
 */
record QueueFile(Item item, long start, long sizeOctets, long end) {
    private static final Pattern FIRST = Pattern.compile("posthouse-queue 1 (\\d{1,8}) ([0-9a-f]{8}) (\\d{1,18})");
    private static final Pattern CONTENT = Pattern.compile("content ([0-9a-f]{8})");
    private static final Pattern AGAIN = Pattern.compile("envelope (\\d{1,8}) ([0-9a-f]{8})");
    private static final int LONGEST_LINE = 80;
    private static final int LARGEST_ENVELOPE = 64 << 20;
    private static final int BUFFER = 64 * 1024;
    private static final int SMALL_BUFFER = 4 * 1024; // most envelopes are shorter, and the content is passed over

    /** Whether the content is read to compare its checksum. */
    enum Look { WHOLE, ENVELOPE }

    /** Writes all of a new file; not synced. */
    static void write(Disk.Writing out, Item item, Content content) throws IOException {
        var envelope = EnvelopeText.of(item);
        var first = "posthouse-queue 1 " + envelope.length + " " + crc(envelope) + " " + content.size() + "\n";
        var buffer = ByteBuffer.allocate(BUFFER);
        put(out, buffer, first.getBytes(StandardCharsets.US_ASCII));
        put(out, buffer, envelope);
        var crc = new CRC32C();
        long size = 0;
        try (var in = content.open()) {
            for (int n; (n = in.read(buffer.array(), buffer.position(), buffer.remaining())) > 0;) {
                crc.update(buffer.array(), buffer.position(), n);
                size += n;
                buffer.position(buffer.position() + n);
                if (!buffer.hasRemaining()) {
                    flush(out, buffer);
                }
            }
        }
        if (size != content.size()) {
            throw new IOException("message " + item.id() + " should have " + content.size() + " octets, not " + size);
        }
        put(out, buffer, "content %08x\n".formatted(crc.getValue()).getBytes(StandardCharsets.US_ASCII));
        flush(out, buffer);
    }

    private static void put(Disk.Writing out, ByteBuffer buffer, byte[] octets) throws IOException {
        for (int from = 0; from < octets.length;) {
            int n = Math.min(octets.length - from, buffer.remaining());
            buffer.put(octets, from, n);
            from += n;
            if (!buffer.hasRemaining()) {
                flush(out, buffer);
            }
        }
    }

    private static void flush(Disk.Writing out, ByteBuffer buffer) throws IOException {
        out.write(buffer.flip());
        buffer.clear();
    }

    /** Writes the envelope as it is now behind what is whole, and syncs. */
    void writeAgain(Disk disk, Path file, Item now) throws IOException {
        var envelope = EnvelopeText.of(now);
        var line = ("envelope " + envelope.length + " " + crc(envelope) + "\n").getBytes(StandardCharsets.US_ASCII);
        try (var out = disk.append(file)) {
            if (out.size() > end) {
                out.truncate(end);
            }
            out.write(ByteBuffer.allocate(line.length + envelope.length).put(line).put(envelope).flip());
            out.sync();
        }
    }

    /** Torn when the file is not whole; what is torn behind the first envelope and the content is left out. */
    static QueueFile read(Path file, Look look) throws IOException {
        try (var in = new Counting(new BufferedInputStream(Files.newInputStream(file), look == Look.WHOLE ? BUFFER : SMALL_BUFFER))) {
            var first = match(FIRST, in);
            var item = EnvelopeText.parse(envelope(in, first));
            long start = in.position;
            long size = Long.parseLong(first.group(3));
            var crc = look == Look.WHOLE ? in.crc(size) : in.skipped(size);
            if (!match(CONTENT, in).group(1).equals(crc) && look == Look.WHOLE) {
                throw new Torn("has another content than was written");
            }
            return last(new QueueFile(item, start, size, in.position), in);
        } catch (EOFException e) {
            throw new Torn("ends too early");
        }
    }

    private static QueueFile last(QueueFile first, Counting in) throws IOException {
        var last = first;
        try {
            while (true) {
                var item = EnvelopeText.parse(envelope(in, match(AGAIN, in)));
                last = new QueueFile(item, first.start, first.sizeOctets, in.position);
            }
        } catch (EOFException | Torn end) {
            return last;
        }
    }

    private static Matcher match(Pattern pattern, Counting in) throws IOException {
        var line = in.line();
        var match = pattern.matcher(line);
        if (!match.matches()) {
            throw new Torn("has a line that does not belong there");
        }
        return match;
    }

    private static byte[] envelope(Counting in, Matcher line) throws IOException {
        int length = Integer.parseInt(line.group(1));
        if (length > LARGEST_ENVELOPE) {
            throw new Torn("has an envelope of " + length + " octets");
        }
        var octets = in.octets(length);
        if (!crc(octets).equals(line.group(2))) {
            throw new Torn("has another envelope than was written");
        }
        return octets;
    }

    /** As much of the content as is there and fits; 0 at the end. */
    int content(Path file, long offset, byte[] into) throws IOException {
        int wanted = (int) Math.min(into.length, Math.max(sizeOctets - offset, 0));
        if (wanted == 0) {
            return 0;
        }
        try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
            var buffer = ByteBuffer.wrap(into, 0, wanted);
            while (buffer.hasRemaining() && in.read(buffer, start + offset + buffer.position()) > 0) { }
            return buffer.position();
        }
    }

    private static String crc(byte[] octets) {
        var crc = new CRC32C();
        crc.update(octets);
        return "%08x".formatted(crc.getValue());
    }

    /** Knows where it is; EOFException where something should be. */
    private static final class Counting implements AutoCloseable {
        private final InputStream in;
        private long position;

        Counting(InputStream in) {
            this.in = in;
        }

        String line() throws IOException {
            var line = new StringBuilder();
            for (int c; (c = in.read()) != '\n'; line.append((char) c)) {
                if (c < 0) {
                    throw new EOFException();
                }
                if (line.length() == LONGEST_LINE) {
                    throw new Torn("has a line that does not belong there");
                }
            }
            position += line.length() + 1;
            return line.toString();
        }

        byte[] octets(int length) throws IOException {
            var octets = in.readNBytes(length);
            if (octets.length < length) {
                throw new EOFException();
            }
            position += length;
            return octets;
        }

        String skipped(long length) throws IOException {
            in.skipNBytes(length);
            position += length;
            return "";
        }

        String crc(long length) throws IOException {
            var crc = new CRC32C();
            var piece = new byte[(int) Math.min(BUFFER, length)];
            for (long left = length; left > 0;) {
                int n = in.read(piece, 0, (int) Math.min(piece.length, left));
                if (n < 0) {
                    throw new EOFException();
                }
                crc.update(piece, 0, n);
                left -= n;
            }
            position += length;
            return "%08x".formatted(crc.getValue());
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
