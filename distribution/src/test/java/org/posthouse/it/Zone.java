package org.posthouse.it;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A resolver on the loopback that knows a few names (RFC 1035), and says that it has validated them where it is told to. */
final class Zone implements AutoCloseable {
    private static final int A = 1;
    private static final int MX = 15;
    private static final int TXT = 16;
    private static final int TLSA = 52;
    private static final int NO_SUCH_NAME = 3;

    private record Question(String name, int type) {}

    private final DatagramSocket socket;
    private final Map<Question, List<byte[]>> records = new ConcurrentHashMap<>();
    private volatile boolean authentic;

    Zone() throws IOException {
        this(0);
    }

    Zone(int port) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        Thread.ofPlatform().daemon().start(this::answer);
    }

    int port() {
        return socket.getLocalPort();
    }

    Zone mx(String domain, int preference, String host) throws IOException {
        var data = new ByteArrayOutputStream();
        data.write(preference >> 8);
        data.write(preference);
        data.writeBytes(written(host));
        return with(domain, MX, data.toByteArray());
    }

    Zone a(String host, String address) {
        return with(host, A, InetAddress.ofLiteral(address).getAddress());
    }

    /** @param text of at most 255 octets */
    Zone txt(String name, String text) {
        var data = new ByteArrayOutputStream();
        data.write(text.length());
        data.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return with(name, TXT, data.toByteArray());
    }

    Zone tlsa(String name, int usage, int selector, int matching, byte[] digest) {
        var data = new ByteArrayOutputStream();
        data.writeBytes(new byte[] {(byte) usage, (byte) selector, (byte) matching});
        data.writeBytes(digest);
        return with(name, TLSA, data.toByteArray());
    }

    Zone authentic() {
        authentic = true;
        return this;
    }

    Zone forget(String name) {
        records.keySet().removeIf(q -> q.name.equals(name));
        return this;
    }

    private Zone with(String name, int type, byte[] data) {
        records.computeIfAbsent(new Question(name, type), _ -> new CopyOnWriteArrayList<>()).add(data);
        return this;
    }

    private static byte[] written(String name) throws IOException {
        var octets = new ByteArrayOutputStream();
        for (var label : name.split("\\.")) {
            octets.write(label.length());
            octets.write(label.getBytes(StandardCharsets.US_ASCII));
        }
        octets.write(0);
        return octets.toByteArray();
    }

    private void answer() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4_096], 4_096);
                socket.receive(packet);
                byte[] reply = reply(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private byte[] reply(ByteBuffer query) throws IOException {
        int id = query.getShort();
        query.position(12);
        var name = new StringBuilder();
        for (int length = query.get(); length > 0; length = query.get()) {
            byte[] label = new byte[length];
            query.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        var asked = new Question(name.toString().toLowerCase(Locale.ROOT), query.getShort());
        var found = records.getOrDefault(asked, List.of());
        boolean exists = records.keySet().stream().anyMatch(q -> q.name.equals(asked.name));
        var octets = new ByteArrayOutputStream();
        var out = new DataOutputStream(octets);
        out.writeShort(id);
        out.writeShort(0x8180 | (authentic ? 0x20 : 0) | (exists ? 0 : NO_SUCH_NAME));
        out.writeShort(1);
        out.writeShort(found.size());
        out.writeInt(0);
        out.write(written(name.toString()));
        out.writeShort(asked.type);
        out.writeShort(1);
        for (var data : found) {
            out.writeShort(0xc00c); // the name of the question
            out.writeShort(asked.type);
            out.writeShort(1);
            out.writeInt(1); // a second
            out.writeShort(data.length);
            out.write(data);
        }
        return octets.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
