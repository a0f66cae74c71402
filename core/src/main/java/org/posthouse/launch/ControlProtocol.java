package org.posthouse.launch;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * What client and server say on the control socket: frames of one octet for the type, four for the length and at most 64 KB.
 *
 * <pre>
 * client: ARGUMENT*, RUN        the words of the command, then go
 * server: OUT / ERR             what the command prints
 *         WANT                  the command reads its input; the client answers with one
 * client: INPUT                 some of its standard input, empty at the end
 * server: EXIT                  the status in one octet; the end
 * </pre>
 *
 * The client speaks only when asked, so the end of its stream means that nobody waits for the command any more.
 */
public final class ControlProtocol {
    public static final int FRAME_OCTETS = 1 << 16;
    private static final int HEAD_OCTETS = 5;

    public enum Type { ARGUMENT, RUN, OUT, ERR, WANT, INPUT, EXIT }

    public record Frame(Type type, byte[] octets) {}

    private ControlProtocol() {}

    /** The next frame; EOFException when the other side is gone, IOException when it says what is no frame. */
    public static Frame read(ReadableByteChannel channel) throws IOException {
        var head = readFully(channel, HEAD_OCTETS);
        int type = head.get();
        int length = head.getInt();
        if (type < 0 || type >= Type.values().length || length < 0 || length > FRAME_OCTETS) {
            throw new IOException("not a control frame");
        }
        return new Frame(Type.values()[type], readFully(channel, length).array());
    }

    private static ByteBuffer readFully(ReadableByteChannel channel, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side is gone");
            }
        }
        return buffer.flip();
    }

    /** One frame, or for output and input of any length as many as it takes; callers take turns. */
    public static void write(WritableByteChannel channel, Type type, byte[] octets, int offset, int length) throws IOException {
        int at = offset;
        do {
            int part = Math.min(offset + length - at, FRAME_OCTETS);
            var frame = ByteBuffer.allocate(HEAD_OCTETS + part);
            frame.put((byte) type.ordinal()).putInt(part).put(octets, at, part).flip();
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
            at += part;
        } while (at < offset + length);
    }

    public static void write(WritableByteChannel channel, Type type, byte... octets) throws IOException {
        write(channel, type, octets, 0, octets.length);
    }
}
