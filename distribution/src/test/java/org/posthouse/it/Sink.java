package org.posthouse.it;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Another mail server, which takes all mail and can misbehave at each step. A message is its own from the moment before it says 250 to its end. */
final class Sink implements AutoCloseable {
    enum Step { GREETING, EHLO, MAIL, RCPT, DATA, TEXT, DOT }

    enum Fault { NONE, HANG, DROP, GARBAGE, LATER }

    /** What it does at a step of a session. */
    interface Plan {
        Fault at(Step step, String said);
    }

    /** Hears of each message that is its own. */
    interface Taking {
        void taken(String from, List<String> to, String text);
    }

    private static final int LONGEST_LINE = 100_000;

    private final ServerSocket server;
    private final Plan plan;
    private final Taking taking;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger faults = new AtomicInteger();

    Sink(Plan plan, Taking taking) throws IOException {
        this.plan = plan;
        this.taking = taking;
        server = new ServerSocket(Neighbours.freePort(), 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many sessions there are now. */
    int sessions() {
        return open.size();
    }

    /** How often it has misbehaved. */
    int faults() {
        return faults.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client; var session = new Session(client)) {
            session.run();
        } catch (IOException gone) {
            // the other side is gone, or we are by our plan
        } finally {
            open.remove(client);
        }
    }

    private final class Session implements AutoCloseable {
        private final InputStream in;
        private final OutputStream out;
        private String from = "";
        private List<String> to = new ArrayList<>();

        Session(Socket client) throws IOException {
            in = new BufferedInputStream(client.getInputStream(), 65_536);
            out = new BufferedOutputStream(client.getOutputStream());
        }

        void run() throws IOException {
            say(Step.GREETING, "", "220 sink.test");
            for (var line = line(); line != null; line = line()) {
                switch (line.split("[ :]")[0]) {
                    case "EHLO", "HELO" -> say(Step.EHLO, line, "250-sink.test\r\n250-PIPELINING\r\n250 8BITMIME");
                    case "MAIL" -> {
                        from = address(line);
                        to = new ArrayList<>();
                        say(Step.MAIL, line, "250 2.1.0 ok");
                    }
                    case "RCPT" -> {
                        if (say(Step.RCPT, line, "250 2.1.5 ok")) {
                            to.add(address(line));
                        }
                    }
                    case "DATA" -> {
                        if (to.isEmpty()) {
                            answer("554 5.5.1 nobody");
                        } else if (say(Step.DATA, line, "354 go on")) {
                            data();
                        }
                    }
                    case "QUIT" -> {
                        answer("221 bye");
                        out.flush();
                        return;
                    }
                    default -> answer("250 ok");
                }
            }
        }

        private void data() throws IOException {
            var text = new StringBuilder();
            for (var line = line(); line != null; line = line()) {
                if (line.equals(".")) {
                    var fault = plan.at(Step.DOT, from);
                    if (fault == Fault.NONE) {
                        taking.taken(from, to, text.toString());
                    }
                    act(fault, "250 2.0.0 taken");
                    return;
                }
                text.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
                if (line.isEmpty()) { // behind the header, and whatever follows
                    var fault = plan.at(Step.TEXT, from);
                    if (fault != Fault.NONE) {
                        act(fault, "");
                        out.flush();
                        throw new IOException("by plan"); // who says something in the middle of a text has not taken it
                    }
                }
            }
        }

        private static String address(String line) {
            return line.replaceFirst("^[^<]*<([^>]*)>.*$", "$1");
        }

        /** Whether it went as it should. */
        private boolean say(Step step, String said, String well) throws IOException {
            var fault = plan.at(step, said);
            act(fault, well);
            return fault == Fault.NONE;
        }

        private void act(Fault fault, String well) throws IOException {
            if (fault != Fault.NONE) {
                faults.incrementAndGet();
            }
            switch (fault) {
                case NONE -> answer(well);
                case LATER -> answer("451 4.3.0 not now");
                case GARBAGE -> answer("\u0007you have reached the wrong number");
                case DROP -> throw new IOException("by plan");
                case HANG -> {
                    out.flush();
                    while (in.read() >= 0) {
                        continue; // until the other side gives up
                    }
                    throw new IOException("by plan");
                }
            }
        }

        private void answer(String reply) throws IOException {
            out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Null at the end. */
        private String line() throws IOException {
            if (in.available() == 0) {
                out.flush();
            }
            var line = new ByteArrayOutputStream();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0 || line.size() > LONGEST_LINE) {
                    return null;
                }
                line.write(c);
            }
            var text = line.toString(StandardCharsets.ISO_8859_1);
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var client : open) {
            client.close();
        }
    }
}
