package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who reads more slowly than we write gets each octet once. */
final class SlowReaderTest {
    private static final int PIECES = 60;
    private static final int PIECE = 256 * 1024;

    @TempDir
    Path tls;

    private record Writing(boolean direct, byte[] text) implements Protocol {
        @Override
        public String name() {
            return "write";
        }

        /** Through one buffer, which is filled anew after each write. */
        @Override
        public void serve(Connection client) throws IOException {
            var buffer = direct ? ByteBuffer.allocateDirect(PIECE) : ByteBuffer.allocate(PIECE);
            for (int i = 0; i < PIECES; i++) {
                buffer.clear().put(text, i * PIECE, PIECE).flip();
                if (direct) {
                    client.write(buffer);
                } else {
                    client.write(buffer.array(), 0, PIECE);
                }
            }
            client.flush();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void getsEachOctetOnce(boolean direct) throws Exception {
        var text = new byte[PIECES * PIECE];
        new Random(1).nextBytes(text);
        try (var server = new TestServer(tls, Map.of(), new Writing(direct, text)).listen("write", "tls", "none"); var client = server.connect()) {
            var in = client.getInputStream();
            var got = new byte[text.length];
            for (int at = 0; at < got.length; ) {
                int n = in.read(got, at, Math.min(50_000, got.length - at));
                if (n < 0) {
                    throw new IOException("ended after " + at);
                }
                at += n;
                if (at % 7 == 0) {
                    Thread.sleep(1);
                }
            }
            assertArrayEquals(text, got);
        }
    }
}
