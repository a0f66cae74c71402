package org.posthouse.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a proxy says first about the client it speaks for: the PROXY protocol of HAProxy, versions 1 (§2.1) and 2 (§2.2).
 *
 * @param remote the client
 * @param local  where the client connected to
 */
record ProxyHeader(InetSocketAddress remote, InetSocketAddress local) {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_LINE = 107; // §2.1, line end included
    private static final int LONGEST_BLOCK = 4096; // addresses and TLVs; §2.2 lets senders fill 64 KB, none does
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");

    /** Where its octets come from, one by one. */
    interface Octets {
        int next() throws IOException;
    }

    /** Takes exactly the header from the wire; empty when the proxy speaks for itself. */
    static Optional<ProxyHeader> read(Wire wire) throws IOException {
        var until = Deadline.in(LONGEST_WAIT);
        var buffer = new ByteBuffer[] {Wire.NOTHING};
        var header = parse(() -> {
            while (!buffer[0].hasRemaining()) {
                switch (wire.awaitInput(until)) {
                    case TIMEOUT -> throw new SocketTimeoutException("no PROXY header came");
                    case CLOSED -> throw new EOFException("the proxy left");
                    case INPUT, WOKEN -> buffer[0] = wire.take();
                }
            }
            return buffer[0].get() & 0xff;
        });
        if (buffer[0].hasRemaining()) {
            wire.giveBack(buffer[0]);
        }
        return header;
    }

    /** @throws ProtocolException when it is no such header */
    static Optional<ProxyHeader> parse(Octets octets) throws IOException {
        int first = octets.next();
        return switch (first) {
            case 'P' -> parseLine(octets);
            case '\r' -> parseBlock(octets);
            default -> throw new ProtocolException("not a PROXY header");
        };
    }

    private static Optional<ProxyHeader> parseLine(Octets octets) throws IOException {
        var line = new StringBuilder("P");
        while (line.length() < 2 || line.charAt(line.length() - 2) != '\r' || line.charAt(line.length() - 1) != '\n') {
            if (line.length() == LONGEST_LINE) {
                throw new ProtocolException("a PROXY line that is too long");
            }
            line.append((char) octets.next());
        }
        var words = line.substring(0, line.length() - 2).split(" ", -1);
        if (words.length >= 2 && words[0].equals("PROXY") && words[1].equals("UNKNOWN")) {
            return Optional.empty();
        }
        if (words.length != 6 || !words[0].equals("PROXY")) {
            throw new ProtocolException("not a PROXY line");
        }
        var form = switch (words[1]) {
            case "TCP4" -> IPV4;
            case "TCP6" -> IPV6;
            default -> throw new ProtocolException("not a PROXY line");
        };
        return Optional.of(new ProxyHeader(address(form, words[2], words[4]), address(form, words[3], words[5])));
    }

    private static InetSocketAddress address(Pattern form, String address, String port) throws ProtocolException {
        if (!form.matcher(address).matches() || !PORT.matcher(port).matches() || Integer.parseInt(port) > 65_535) {
            throw new ProtocolException("not an address in a PROXY line");
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(address), Integer.parseInt(port));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("not an address in a PROXY line");
        }
    }

    private static Optional<ProxyHeader> parseBlock(Octets octets) throws IOException {
        for (int i = 1; i < SIGNATURE.length; i++) {
            if (octets.next() != SIGNATURE[i]) {
                throw new ProtocolException("not a PROXY header");
            }
        }
        int versionAndCommand = octets.next();
        int family = octets.next();
        int length = octets.next() << 8 | octets.next();
        if (length > LONGEST_BLOCK) {
            throw new ProtocolException("a PROXY header that is too long");
        }
        var block = ByteBuffer.allocate(length);
        while (block.hasRemaining()) {
            block.put((byte) octets.next());
        }
        block.flip();
        return switch (versionAndCommand) {
            case 0x20 -> Optional.empty(); // LOCAL: a health check
            case 0x21 -> switch (family) {
                case 0x11 -> Optional.of(addresses(block, 4));
                case 0x21 -> Optional.of(addresses(block, 16));
                default -> Optional.empty(); // §2.2: UNSPEC and what is not TCP over IP; the real addresses are used
            };
            default -> throw new ProtocolException("an unknown PROXY version or command");
        };
    }

    /** Both addresses, then both ports; TLVs behind them are not for us. */
    private static ProxyHeader addresses(ByteBuffer block, int octets) throws IOException {
        if (block.remaining() < 2 * octets + 4) {
            throw new ProtocolException("a PROXY header that is too short");
        }
        var from = new byte[octets];
        var to = new byte[octets];
        block.get(from).get(to);
        return new ProxyHeader(new InetSocketAddress(InetAddress.getByAddress(from), block.getShort() & 0xffff),
                new InetSocketAddress(InetAddress.getByAddress(to), block.getShort() & 0xffff));
    }
}
