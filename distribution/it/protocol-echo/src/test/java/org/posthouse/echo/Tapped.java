package org.posthouse.echo;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HexFormat;

/** A socket that keeps what it hears. */
final class Tapped extends Socket {
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    Tapped(InetSocketAddress address) throws IOException {
        super(address.getAddress(), address.getPort());
        setSoTimeout(10_000);
    }

    /** In hexadecimal digits. */
    String heard() {
        return HexFormat.of().formatHex(heard.toByteArray());
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read(byte[] octets, int from, int length) throws IOException {
                int count = super.read(octets, from, length);
                if (count > 0) {
                    heard.write(octets, from, count);
                }
                return count;
            }
        };
    }
}
