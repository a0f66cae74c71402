package org.posthouse.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.posthouse.launch.ControlProtocol;
import org.posthouse.launch.ControlProtocol.Type;
import org.posthouse.observe.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client of the control socket: reads the words of its command, runs it, and says how it ended. */
final class ControlSession {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    private static final int WORDS = 1_000;
    private static final byte[] END = {};

    private final SocketChannel client;
    private final Function<String, Optional<Command>> commands;
    private final ReentrantLock writing = new ReentrantLock();
    private final BlockingQueue<byte[]> input = new ArrayBlockingQueue<>(1);
    private volatile boolean gone;

    ControlSession(SocketChannel client, Function<String, Optional<Command>> commands) {
        this.client = client;
        this.commands = commands;
    }

    void run() throws IOException {
        var words = words();
        Thread.ofVirtual().name("control input").start(this::listen);
        int status = run(words);
        send(Type.EXIT, (byte) status);
    }

    private List<String> words() throws IOException {
        var words = new ArrayList<String>();
        while (words.size() < WORDS) {
            var frame = ControlProtocol.read(client);
            if (frame.type() == Type.RUN) {
                return words;
            }
            words.add(new String(frame.octets(), StandardCharsets.UTF_8));
        }
        throw new IOException("a command of more than " + WORDS + " words");
    }

    private int run(List<String> words) {
        var out = new PrintStream(new Sent(Type.OUT), false, StandardCharsets.UTF_8);
        var err = new PrintStream(new Sent(Type.ERR), true, StandardCharsets.UTF_8);
        try {
            var command = words.isEmpty() ? Optional.<Command>empty() : commands.apply(words.getFirst());
            if (command.isEmpty()) {
                err.println("posthouse: there is no command " + String.join(" ", words) + "; posthouse help lists them");
                return 2;
            }
            return command.get().run(words.subList(1, words.size()), new Asked(), out, err);
        } catch (Exception | LinkageError e) { // the boundary of one command, which may be a bundle's
            log.warn("command failed: {}", words.getFirst(), e);
            err.println("posthouse: " + words.getFirst() + " failed: " + (e.getMessage() == null ? e : e.getMessage()));
            return 1;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Passes on what the client was asked for, and notices when it goes. */
    private void listen() {
        try {
            while (true) {
                var frame = ControlProtocol.read(client);
                if (frame.type() != Type.INPUT || !input.offer(frame.octets())) {
                    throw new IOException("the client speaks without being asked");
                }
            }
        } catch (IOException e) {
            gone = true;
            input.offer(END);
        }
    }

    private void send(Type type, byte... octets) throws IOException {
        send(type, octets, 0, octets.length);
    }

    private void send(Type type, byte[] octets, int offset, int length) throws IOException {
        writing.lock();
        try {
            ControlProtocol.write(client, type, octets, offset, length);
        } finally {
            writing.unlock();
        }
    }

    /**
     * What a command prints. Nothing interrupts a command when its client goes, since it may be writing what must be whole; one
     * that goes on by itself asks {@link PrintStream#checkError} now and then.
     */
    private final class Sent extends OutputStream {
        private final Type type;

        Sent(Type type) {
            this.type = type;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            if (length > 0) {
                send(type, octets, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            if (gone) {
                throw new IOException("the client is gone");
            }
        }
    }

    /** The client's standard input, asked for when the command reads it. */
    private final class Asked extends InputStream {
        private byte[] octets = END;
        private int next;
        private boolean ended;

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (next == octets.length && !ask()) {
                return -1;
            }
            int count = Math.min(length, octets.length - next);
            System.arraycopy(octets, next, into, offset, count);
            next += count;
            return count;
        }

        private boolean ask() throws IOException {
            if (ended || gone) {
                return false;
            }
            send(Type.WANT);
            try {
                octets = input.take();
            } catch (InterruptedException e) {
                throw new InterruptedIOException("shutting down");
            }
            next = 0;
            ended = octets.length == 0;
            return !ended;
        }
    }
}
