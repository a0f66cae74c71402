package org.posthouse.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;
import org.posthouse.net.Protocol;

/**
 * Says back what it hears, for tests of connections. Lines that it obeys instead: {@code STARTTLS}, {@code QUIT},
 * {@code PEER} and {@code CIPHER} (what it knows of the client), {@code BULK n} (echoes n octets as they come),
 * {@code SINK n} (swallows them), {@code FLOOD n} (sends as many), {@code SLOW} (reads no more),
 * {@code COMPRESS}, {@code AWAIT ms} (waits and names what ended it), {@code PATIENCE ms} (for later reads).
 */
@Component
public final class EchoProtocol implements Protocol {
    private static final int LONGEST_LINE = 1000;
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);
    private static final byte[] PIECE = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII);

    @Activate
    public EchoProtocol() {}

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public void serve(Connection client) throws IOException {
        client.write("echo ready\r\n");
        var patience = LONGEST_SILENCE;
        while (true) {
            switch (client.await(patience)) {
                case INPUT -> { }
                case CLOSED -> {
                    return;
                }
                case TIMEOUT -> {
                    client.write("too quiet\r\n");
                    return;
                }
                case WOKEN -> {
                    if (client.ending()) {
                        client.write("going away\r\n");
                        return;
                    }
                    client.write("woken\r\n");
                    continue;
                }
            }
            var line = client.readLine(LONGEST_LINE);
            if (line.ending() == Line.Ending.END) {
                client.write("rest " + line.latin1() + "\r\n");
                return;
            }
            if (line.ending() == Line.Ending.TOO_LONG) {
                client.write("too long\r\n");
                continue;
            }
            var words = line.latin1().split(" ", 2);
            long number = words.length == 2 && words[1].matches("\\d{1,12}") ? Long.parseLong(words[1]) : 0;
            switch (words[0]) {
                case "QUIT" -> {
                    client.write("bye\r\n");
                    return;
                }
                case "STARTTLS" -> client.startTls("220 go ahead\r\n");
                case "COMPRESS" -> client.compress("220 go ahead\r\n");
                case "PEER" -> client.write(client.peer().remote() + " " + client.peer().local() + " " + client.peer().proxied() + "\r\n");
                case "CIPHER" -> client.write((client.secure() ? client.cipher() : "none") + "\r\n");
                case "BULK" -> bulk(client, number);
                case "SINK" -> {
                    sink(client, number);
                    client.write("sunk " + number + "\r\n");
                }
                case "FLOOD" -> flood(client, number);
                case "SLOW" -> sleep(number);
                case "AWAIT" -> client.write(client.await(Duration.ofMillis(number)) + "\r\n");
                case "PATIENCE" -> {
                    patience = Duration.ofMillis(number);
                    client.readTimeout(patience);
                    client.write("patient\r\n");
                }
                default -> {
                    client.write(line.octets());
                    client.write(line.ending() == Line.Ending.LF ? "\n" : "\r\n");
                }
            }
        }
    }

    private static void bulk(Connection client, long octets) throws IOException {
        for (long left = octets; left > 0;) {
            var input = some(client, left);
            left -= input.remaining();
            client.write(input.array(), input.arrayOffset() + input.position(), input.remaining());
        }
    }

    private static void sink(Connection client, long octets) throws IOException {
        for (long left = octets; left > 0;) {
            left -= some(client, left).remaining();
        }
    }

    /** The next octets, at most so many, taken from the connection. */
    private static ByteBuffer some(Connection client, long most) throws IOException {
        var input = client.input();
        if (!input.hasRemaining()) {
            throw new IOException("ended early");
        }
        int length = (int) Math.min(most, input.remaining());
        var taken = input.slice(input.position(), length);
        input.position(input.position() + length);
        return taken;
    }

    private static void flood(Connection client, long octets) throws IOException {
        for (long left = octets; left > 0; left -= PIECE.length) {
            client.write(PIECE, 0, (int) Math.min(left, PIECE.length));
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
