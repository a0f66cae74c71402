package org.posthouse.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Optional;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;

/**
 * One resolver, asked by UDP from a port of its own for each question, and by TCP where the answer is cut (RFC 1035 §4.2, RFC
 * 7766 §5). Datagrams that do not belong to the question are not seen (RFC 5452 §4).
 */
record NameServer(InetSocketAddress address) {
    private static final int LARGEST_DATAGRAM = 4_096; // more than we say we take, so that nothing is cut unnoticed

    /** @param deadline in nanoseconds */
    Message ask(Message query, long deadline) throws IOException {
        byte[] octets = query.toWire();
        var reply = byDatagram(octets, query, deadline);
        return reply.getHeader().getFlag(Flags.TC) ? byStream(octets, query, deadline) : reply;
    }

    /** A believed resolver's word needs no network (RFC 6840 §5.8). */
    boolean near() {
        return address.getAddress().isLoopbackAddress();
    }

    private Message byDatagram(byte[] octets, Message query, long deadline) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.connect(address); // so that only its datagrams come, and what the network says of it
            socket.send(new DatagramPacket(octets, octets.length));
            var packet = new DatagramPacket(new byte[LARGEST_DATAGRAM], LARGEST_DATAGRAM);
            while (true) {
                socket.setSoTimeout(millisUntil(deadline));
                socket.receive(packet);
                byte[] received = Arrays.copyOf(packet.getData(), packet.getLength());
                var reply = answering(received, query);
                if (reply.isPresent()) {
                    return reply.get();
                }
                packet.setLength(LARGEST_DATAGRAM);
            }
        }
    }

    private Message byStream(byte[] octets, Message query, long deadline) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(address, millisUntil(deadline));
            var out = new DataOutputStream(socket.getOutputStream());
            byte[] framed = new byte[octets.length + 2];
            framed[0] = (byte) (octets.length >> 8);
            framed[1] = (byte) octets.length;
            System.arraycopy(octets, 0, framed, 2, octets.length);
            out.write(framed);
            var in = new DataInputStream(new Until(socket, deadline));
            byte[] received = new byte[in.readUnsignedShort()];
            in.readFully(received);
            return answering(received, query).orElseThrow(() -> new IOException("the answer is not one to the question"));
        }
    }

    /** Whether it is one, and to this question; an error may come without it. */
    private static Optional<Message> answering(byte[] received, Message query) {
        Message reply;
        try {
            reply = new Message(received);
        } catch (IOException | RuntimeException e) { // the boundary of one datagram
            return Optional.empty();
        }
        var header = reply.getHeader();
        boolean ours = header.getID() == query.getHeader().getID() && header.getFlag(Flags.QR) && header.getOpcode() == Opcode.QUERY;
        boolean same = reply.getQuestion() == null ? header.getRcode() != Rcode.NOERROR && header.getRcode() != Rcode.NXDOMAIN
                : reply.getQuestion().equals(query.getQuestion());
        return ours && same ? Optional.of(reply) : Optional.empty();
    }

    private static int millisUntil(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    /** Reads no longer than that, however few octets come at a time. */
    private static final class Until extends InputStream {
        private final Socket socket;
        private final InputStream in;
        private final long deadline;

        Until(Socket socket, long deadline) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            socket.setSoTimeout(millisUntil(deadline));
            return in.read();
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            socket.setSoTimeout(millisUntil(deadline));
            return in.read(octets, from, length);
        }
    }
}
