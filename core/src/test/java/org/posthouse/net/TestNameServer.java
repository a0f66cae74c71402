package org.posthouse.net;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A resolver on the loopback that answers as it is told, by UDP and TCP on one port. */
final class TestNameServer implements AutoCloseable {
    /** What is sent for a question: any datagrams, none to be silent. */
    interface Says extends Function<Message, List<byte[]>> {}

    private final DatagramSocket datagrams;
    private final ServerSocket streams;
    private final List<Message> asked = new CopyOnWriteArrayList<>();
    private volatile Says byDatagram = _ -> List.of();
    private volatile Says byStream = _ -> List.of();

    TestNameServer() throws IOException {
        var loopback = InetAddress.ofLiteral("127.0.0.1");
        streams = new ServerSocket(0, 10, loopback);
        datagrams = new DatagramSocket(new InetSocketAddress(loopback, streams.getLocalPort()));
        Thread.ofVirtual().start(this::datagrams);
        Thread.ofVirtual().start(this::streams);
    }

    TestNameServer says(Says next) {
        byDatagram = next;
        return this;
    }

    TestNameServer saysByStream(Says next) {
        byStream = next;
        return this;
    }

    /** An answer with these records, as written in a zone file: {@code "d.test. 60 IN MX 10 mx.d.test."}; a {@code !} before them is for the authority section. */
    static Says zone(int rcode, String... lines) {
        return zone(rcode, 0, lines);
    }

    /** @param flag to be set, or 0 */
    static Says zone(int rcode, int flag, String... lines) {
        return query -> List.of(reply(query, rcode, flag, lines).toWire());
    }

    static Message reply(Message query, int rcode, int flag, String... lines) {
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        if (flag != 0) {
            reply.getHeader().setFlag(flag);
        }
        reply.getHeader().setRcode(rcode);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        for (var line : lines) {
            reply.addRecord(record(line), line.startsWith("!") ? Section.AUTHORITY : Section.ANSWER);
        }
        return reply;
    }

    private static Record record(String line) {
        try (var master = new Master(new ByteArrayInputStream(line.replace("!", "").getBytes(StandardCharsets.US_ASCII)))) {
            return master.nextRecord();
        } catch (IOException e) {
            throw new IllegalArgumentException(line, e);
        }
    }

    static Says failing(int rcode) {
        return zone(rcode);
    }

    int port() {
        return streams.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    int asked() {
        return asked.size();
    }

    Message lastAsked() {
        return asked.getLast();
    }

    private void datagrams() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                datagrams.receive(packet);
                var query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                asked.add(query);
                for (var octets : byDatagram.apply(query)) {
                    datagrams.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void streams() {
        try {
            while (true) {
                try (var client = streams.accept()) {
                    var in = new DataInputStream(client.getInputStream());
                    var octets = new byte[in.readUnsignedShort()];
                    in.readFully(octets);
                    var out = new DataOutputStream(client.getOutputStream());
                    for (var answer : byStream.apply(new Message(octets))) {
                        out.writeShort(answer.length);
                        out.write(answer);
                    }
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        streams.close();
    }
}
