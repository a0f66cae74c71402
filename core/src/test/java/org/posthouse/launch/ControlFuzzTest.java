package org.posthouse.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** The octets of frames are those that the frames are written as; what is none is refused. */
final class ControlFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) throws IOException {
        var channel = Channels.newChannel(new ByteArrayInputStream(input));
        var written = new ByteArrayOutputStream();
        try {
            while (true) {
                var frame = ControlProtocol.read(channel);
                ControlProtocol.write(Channels.newChannel(written), frame.type(), frame.octets());
            }
        } catch (IOException expected) {
            assertArrayEquals(Arrays.copyOf(input, written.size()), written.toByteArray());
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("\0\0\0\0\4stop\1\0\0\0\0", "\0\0\0\0\5queue\0\0\0\0\4list\1\0\0\0\0\5\0\0\0\0", "\0\0\1\0\0", "\0\0\1\0\1", "\7\0\0\0\0", "\u00ff\u00ff\u00ff\u00ff\u00ff");
    }
}
