package org.posthouse.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Thousands of connections from one address, each of which costs this side little more than its descriptor. */
final class Crowd implements AutoCloseable {
    private static final int SPARE = 1_000; // descriptors for everything else

    private final int port;
    private final List<SocketChannel> members = new ArrayList<>();

    Crowd(int port) {
        this.port = port;
    }

    /** So many, or as many as this process may open. */
    static int upTo(int wanted) throws IOException {
        var limit = Files.readAllLines(Path.of("/proc/self/limits")).stream().filter(l -> l.startsWith("Max open files")).findFirst()
                .orElseThrow().split("\\s{2,}")[1];
        return limit.equals("unlimited") ? wanted : Math.min(wanted, Integer.parseInt(limit) - SPARE);
    }

    /** That many more come; how often each first word was said to them. Who was not told to come again later stays. */
    Map<String, Integer> grow(int by) throws IOException {
        var words = new TreeMap<String, Integer>();
        for (int i = 0; i < by; i++) {
            var member = SocketChannel.open();
            member.bind(new InetSocketAddress("127.0.0.1", 0));
            member.connect(new InetSocketAddress("127.0.0.1", port));
            var word = word(member);
            words.merge(word, 1, Integer::sum);
            if (word.equals("220") || word.equals("+OK")) {
                members.add(member);
            } else {
                member.close();
            }
        }
        return words;
    }

    /** The first word; empty when it was closed or reset without one. */
    private static String word(SocketChannel member) {
        var said = ByteBuffer.allocate(512);
        try {
            member.socket().setSoTimeout(20_000);
            int length = member.read(said);
            return length < 3 ? "" : new String(said.array(), 0, length, StandardCharsets.US_ASCII).split(" ")[0];
        } catch (IOException e) {
            return "";
        }
    }

    /** Each sends as much of this as the other side takes without reading what it says. */
    void say(byte[] octets) throws IOException {
        for (var member : members) {
            member.configureBlocking(false);
            var rest = ByteBuffer.wrap(octets);
            while (rest.hasRemaining() && member.write(rest) > 0) { }
        }
    }

    int size() {
        return members.size();
    }

    @Override
    public void close() throws IOException {
        for (var member : members) {
            member.close();
        }
    }
}
