package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final String V2 = "0d0a0d0a000d0a515549540a";

    private final AtomicInteger taken = new AtomicInteger();

    private Optional<ProxyHeader> parse(byte[] octets) throws IOException {
        taken.set(0);
        return ProxyHeader.parse(() -> {
            if (taken.get() == octets.length) {
                throw new EOFException();
            }
            return octets[taken.getAndIncrement()] & 0xff;
        });
    }

    private Optional<ProxyHeader> line(String text) throws IOException {
        return parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Optional<ProxyHeader> block(String hex) throws IOException {
        return parse(HexFormat.of().parseHex(V2 + hex.replace(" ", "")));
    }

    private static Optional<ProxyHeader> header(String remote, int remotePort, String local, int localPort) {
        return Optional.of(new ProxyHeader(new InetSocketAddress(InetAddress.ofLiteral(remote), remotePort),
                new InetSocketAddress(InetAddress.ofLiteral(local), localPort)));
    }

    @Test
    void readsALineAndNothingBehindIt() throws IOException {
        assertEquals(header("192.0.2.1", 1234, "192.0.2.25", 25), line("PROXY TCP4 192.0.2.1 192.0.2.25 1234 25\r\nEHLO x\r\n"));
        assertEquals("PROXY TCP4 192.0.2.1 192.0.2.25 1234 25\r\n".length(), taken.get());
        assertEquals(header("2001:db8::1", 65535, "::1", 0), line("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n"));
    }

    @Test
    void keepsTheRealAddressWhenTheProxyKnowsNone() throws IOException {
        assertEquals(Optional.empty(), line("PROXY UNKNOWN\r\n"));
        assertEquals(Optional.empty(), line("PROXY UNKNOWN ffff::1 ffff::1 65535 65535\r\n"));
        assertEquals(Optional.empty(), block("20 00 0000"));
        assertEquals(Optional.empty(), block("20 11 000c 7f000001 7f000001 0001 0002"));
        assertEquals(Optional.empty(), block("21 00 0003 010203"));
        assertEquals(Optional.empty(), block("21 31 0000"));
    }

    @Test
    void readsABlockAndSkipsWhatIsBehindTheAddresses() throws IOException {
        assertEquals(header("192.0.2.1", 1234, "192.0.2.25", 25), block("21 11 000c c0000201 c0000219 04d2 0019"));
        assertEquals(header("192.0.2.1", 1234, "192.0.2.25", 25), block("21 11 0010 c0000201 c0000219 04d2 0019 0400 0161 99"));
        assertEquals(12 + 4 + 16, taken.get());
        assertEquals(header("2001:db8::1", 1, "2001:db8::2", 65535),
                block("21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 0001 ffff"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO x\r\n", "PROXY\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
        "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP6 ::1%lo ::1 1 2\r\n", "PROXY TCP4 localhost localhost 1 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n", "PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n",
        "PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n", "proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n", "PROXYTCP4 1.2.3.4 1.2.3.4 1 1\r\n", "\r\nPROXY"})
    void refusesWhatIsNoHeader(String text) {
        assertThrows(ProtocolException.class, () -> line(text));
    }

    @Test
    void refusesALineWithoutEndAfterOneHundredAndSevenOctets() {
        assertThrows(ProtocolException.class, () -> line("PROXY UNKNOWN " + "x".repeat(1000)));
        assertEquals(107, taken.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"11 11 000c c0000201 c0000219 04d2 0019", "22 11 000c c0000201 c0000219 04d2 0019",
        "21 11 000b c0000201 c0000219 04d2 00", "21 21 000c c0000201 c0000219 04d2 0019", "21 11 ffff"})
    void refusesABlockThatIsWrong(String hex) {
        assertThrows(ProtocolException.class, () -> block(hex));
    }

    @Test
    void endsOnWhateverComes() throws IOException {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var junk = new ByteArrayOutputStream();
            switch (i % 4) {
                case 0 -> junk.writeBytes("PROXY TCP4 ".getBytes(StandardCharsets.US_ASCII));
                case 1 -> junk.writeBytes(HexFormat.of().parseHex(V2 + "2111"));
                case 2 -> junk.writeBytes(HexFormat.of().parseHex(V2));
                default -> { }
            }
            var rest = new byte[random.nextInt(200)];
            random.nextBytes(rest);
            junk.writeBytes(rest);
            try {
                parse(junk.toByteArray());
            } catch (ProtocolException | EOFException e) {
                // as it should
            }
        }
    }
}
