package org.posthouse.smtpdelivery;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mail server on the loopback that answers as it is told, and as it should where it is told nothing. */
final class Remote implements AutoCloseable {
    /** It does not answer any more. */
    static final String HANG = "HANG";
    /** It closes the connection. */
    static final String DROP = "DROP";
    /** It sends what no mail server says. */
    static final String GARBAGE = "GARBAGE";
    /** It sends a line without an end. */
    static final String FLOOD = "FLOOD";

    /** What it has taken: the lines of the envelope and the text. */
    record Taken(String mail, List<String> rcpts, String text) {}

    private final ServerSocket server;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Map<String, Deque<String>> answers = new ConcurrentHashMap<>();
    private volatile List<String> extensions = List.of("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "ENHANCEDSTATUSCODES");
    private final Thread accepting;
    private volatile Optional<Certified> certified = Optional.empty();
    private volatile int connections;

    Remote(String address, int port) throws IOException {
        server = new ServerSocket(port, 50, InetAddress.ofLiteral(address));
        accepting = Thread.ofVirtual().start(this::accept);
    }

    Remote() throws IOException {
        this("127.0.0.1", 0);
    }

    int port() {
        return server.getLocalPort();
    }

    Remote extensions(String... next) {
        extensions = List.of(next);
        return this;
    }

    /** Offers STARTTLS with this certificate. */
    Remote certified(Certified by) {
        certified = Optional.of(by);
        return extensions("PIPELINING", "STARTTLS", "AUTH PLAIN");
    }

    /** Answers to a step in turn: CONNECT, EHLO, HELO, MAIL, RCPT, DATA, BDAT, TEXT, RSET, AUTH; after them the usual ones. */
    Remote on(String step, String... next) {
        answers.computeIfAbsent(step, _ -> new ArrayDeque<>()).addAll(List.of(next));
        return this;
    }

    List<Taken> taken() {
        return taken;
    }

    List<String> heard() {
        return heard;
    }

    int connections() {
        return connections;
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                connections++;
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            var out = socket.getOutputStream();
            if (!answer("CONNECT", "220 remote.test ready", in, out)) {
                return;
            }
            converse(socket, in, out);
        } catch (IOException gone) {
            return;
        }
    }

    private void converse(Socket socket, InputStream in, OutputStream out) throws IOException {
        var mail = "";
        var rcpts = new ArrayList<String>();
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            heard.add(line);
            var verb = line.split(" ")[0].toUpperCase(Locale.ROOT);
            boolean goesOn;
            switch (verb) {
                case "EHLO", "LHLO" -> goesOn = answer("EHLO", hello(), in, out);
                case "MAIL" -> {
                    mail = line;
                    rcpts.clear();
                    goesOn = answer(verb, "250 2.1.0 ok", in, out);
                }
                case "RCPT" -> {
                    var to = line;
                    goesOn = answer(verb, "250 2.1.5 ok", in, out, () -> rcpts.add(to));
                }
                case "DATA" -> {
                    var go = next(verb, rcpts.isEmpty() ? "554 5.5.1 no recipients" : "354 go on");
                    goesOn = play(go, in, out);
                    if (go.startsWith("354")) {
                        goesOn = ended(mail, rcpts, dotted(in), in, out);
                    }
                }
                case "BDAT" -> {
                    int size = Integer.parseInt(line.split(" ")[1]);
                    goesOn = ended(mail, rcpts, new String(in.readNBytes(size), StandardCharsets.ISO_8859_1), in, out);
                }
                case "RSET" -> {
                    rcpts.clear();
                    goesOn = answer(verb, "250 2.0.0 ok", in, out);
                }
                case "STARTTLS" -> {
                    goesOn = answer(verb, "220 2.0.0 go", in, out);
                    if (certified.isPresent()) {
                        try (var secure = certified.get().serve(socket)) {
                            converse(secure, new BufferedInputStream(secure.getInputStream()), secure.getOutputStream());
                        }
                        return;
                    }
                }
                case "QUIT" -> {
                    answer(verb, "221 2.0.0 bye", in, out);
                    goesOn = false;
                }
                default -> goesOn = answer(verb, "250 2.0.0 ok", in, out);
            }
            if (!goesOn) {
                return;
            }
        }
    }

    private String hello() {
        var text = new StringBuilder("250");
        text.append(extensions.isEmpty() ? " " : "-").append("remote.test");
        for (int i = 0; i < extensions.size(); i++) {
            text.append("\r\n250").append(i == extensions.size() - 1 ? " " : "-").append(extensions.get(i));
        }
        return text.toString();
    }

    /** The message is taken when the answer to it is a good one, whether or not that arrives. */
    private boolean ended(String mail, List<String> rcpts, String text, InputStream in, OutputStream out) throws IOException {
        if (rcpts.isEmpty()) {
            return answer("EMPTY", "554 5.5.1 no recipients", in, out);
        }
        boolean each = heard.stream().anyMatch(l -> l.startsWith("LHLO"));
        for (int i = 0; i < (each ? rcpts.size() : 1); i++) {
            var to = each ? List.of(rcpts.get(i)) : List.copyOf(rcpts);
            if (!answer("TEXT", "250 2.0.0 taken", in, out, () -> taken.add(new Taken(mail, to, text)))) {
                return false;
            }
        }
        rcpts.clear();
        return true;
    }

    private String next(String step, String usual) {
        var told = answers.get(step);
        if (told == null) {
            return usual;
        }
        synchronized (told) {
            return told.isEmpty() ? usual : told.poll();
        }
    }

    private boolean answer(String step, String usual, InputStream in, OutputStream out) throws IOException {
        return play(next(step, usual), in, out);
    }

    private boolean answer(String step, String usual, InputStream in, OutputStream out, Runnable ifGood) throws IOException {
        var answer = next(step, usual);
        if (answer.startsWith("2") || answer.startsWith("TAKEN ")) {
            ifGood.run();
        }
        return play(answer.replaceFirst("^TAKEN ", ""), in, out);
    }

    private static boolean play(String answer, InputStream in, OutputStream out) throws IOException {
        switch (answer) {
            case HANG -> {
                in.transferTo(OutputStream.nullOutputStream());
                return false;
            }
            case DROP -> {
                return false;
            }
            case GARBAGE -> {
                var octets = new byte[300];
                new Random(1).nextBytes(octets);
                out.write(octets);
                out.write("\r\nHTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return true;
            }
            case FLOOD -> {
                var octets = "250-x".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
                while (true) {
                    out.write(octets);
                }
            }
            default -> {
                out.write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
                return !answer.startsWith("421");
            }
        }
    }

    private static String dotted(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (var line = line(in); !line.equals("."); line = line(in)) {
            text.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
        }
        return text.toString();
    }

    /** Without its end. An end of the stream is an IOException. */
    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("closed");
            }
            line.write(octet);
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Closes what is open now; new connections are taken. */
    void hangUp() throws IOException {
        for (var socket : open) {
            socket.close();
        }
        open.clear();
    }

    /** Nobody is there any more when it returns. */
    @Override
    public void close() throws IOException {
        server.close();
        try {
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        hangUp();
    }
}
