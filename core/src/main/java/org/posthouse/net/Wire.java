package org.posthouse.net;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.transport.socket.nio.NioSession;
import org.posthouse.net.Connection.Event;

/**
 * The octets of one connection between MINA's I/O thread and the thread of its session. Input waits in whole buffers, at
 * most {@link #MOST_WAITING} octets (and one read more), or one small one when the {@link Inflow} of all is high; then reading stops
 * until the session has caught up, and TCP holds the other side back. Output is written straight to the channel; only what the kernel does not take is left to MINA, one
 * buffer at a time, and the writer blocks until it is gone. So nothing grows, and the two never write at the same time.
 */
final class Wire {
    static final int MOST_WAITING = 64 * 1024;
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int READ_AGAIN_AT = MOST_WAITING / 2;
    private static final int SMALL_READ = 2048;
    private static final int MOST_DISCARDED = 1024 * 1024;
    private static final long SHORT_NANOS = 1_000_000_000;
    private static final Deadline NOBODY_WAITS = new Deadline(0);

    private final NioSession session;
    private final SocketChannel channel;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final Duration writeTimeout;
    private final Inflow inflow;

    private final Lock state = new ReentrantLock();
    private final Condition news = state.newCondition();
    private final Deque<ByteBuffer> arrived = new ArrayDeque<>(2);
    private int held; // capacity, not content: a buffer with one octet costs as much as a full one
    private int taken; // the session's own buffer, which counts in the inflow until it takes the next
    private boolean reading = true;
    private boolean discarding;
    private boolean inputEnded;
    private boolean closed;
    private boolean woken;
    private boolean sending;
    private volatile Deadline patience = NOBODY_WAITS; // of the session's thread while it waits long
    private volatile long octetsIn; // written by the I/O thread
    private volatile long octetsOut; // written by the session's thread

    Wire(NioSession session, Duration writeTimeout, Inflow inflow) {
        this.inflow = inflow;
        this.session = session;
        this.channel = (SocketChannel) session.getChannel();
        this.remote = (InetSocketAddress) session.getRemoteAddress();
        this.local = (InetSocketAddress) session.getLocalAddress();
        this.writeTimeout = writeTimeout;
    }

    InetSocketAddress remote() {
        return remote;
    }

    InetSocketAddress local() {
        return local;
    }

    // What the I/O thread reports.

    void arrived(ByteBuffer octets) {
        tell(() -> {
            octetsIn += octets.remaining();
            held += octets.capacity();
            if (!discarding) {
                arrived.addLast(octets);
                inflow.add(octets.capacity());
                boolean high = inflow.high();
                if (high) {
                    session.getConfig().setReadBufferSize(SMALL_READ);
                }
                stopReadingIf(high || held > MOST_WAITING);
            } else if (held > MOST_DISCARDED) {
                inputEnded = true;
                stopReadingIf(true);
            }
        });
    }

    /** The other side has sent its FIN. Without reading being stopped the selector would report it for ever. */
    void inputEnded() {
        tell(() -> {
            inputEnded = true;
            stopReadingIf(true);
        });
    }

    void sent() {
        tell(() -> sending = false);
    }

    void closed() {
        tell(() -> closed = true);
    }

    // What any thread may do.

    void wake() {
        tell(() -> woken = true);
    }

    /** To be called ten times a second: releases a thread whose time is over. */
    void lookAtTheClock() {
        var end = patience;
        if (end != NOBODY_WAITS && end.nanosLeft() <= 0) {
            tell(() -> {});
        }
    }

    /** Closes at once; a thread that waits here is released. */
    void cut() {
        session.closeNow();
    }

    private void tell(Runnable what) {
        state.lock();
        try {
            what.run();
            news.signalAll();
        } finally {
            state.unlock();
        }
    }

    private void stopReadingIf(boolean enough) {
        if (enough && reading) {
            reading = false;
            session.suspendRead();
        }
    }

    // What the session's thread does.

    /** INPUT, WOKEN (which it takes back), TIMEOUT; CLOSED when nothing will come any more. */
    Event await(Deadline until) throws IOException {
        state.lock();
        try {
            while (true) {
                if (!arrived.isEmpty()) {
                    return Event.INPUT;
                }
                if (inputEnded || closed) {
                    return Event.CLOSED;
                }
                if (woken) {
                    woken = false;
                    return Event.WOKEN;
                }
                if (!pause(until)) {
                    return Event.TIMEOUT;
                }
            }
        } finally {
            state.unlock();
        }
    }

    /** The same, but a {@link #wake} stays for the next {@link #await}. */
    Event awaitInput(Deadline until) throws IOException {
        state.lock();
        try {
            while (arrived.isEmpty()) {
                if (inputEnded || closed) {
                    return Event.CLOSED;
                }
                if (!pause(until)) {
                    return Event.TIMEOUT;
                }
            }
            return Event.INPUT;
        } finally {
            state.unlock();
        }
    }

    /** Waits whatever arrives; not longer than the connection lasts or is left alone. A {@link #wake} stays for the next {@link #await}. */
    void idle(Deadline until) throws IOException {
        state.lock();
        try {
            while (!inputEnded && !closed && !woken && pause(until)) { }
        } finally {
            state.unlock();
        }
    }

    private boolean pause(Deadline until) throws InterruptedIOException {
        try {
            long left = until.nanosLeft();
            if (left <= 0) {
                return false;
            }
            if (left < SHORT_NANOS) {
                news.await(left, TimeUnit.NANOSECONDS);
            } else {
                awaitPatiently(until);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server is shutting down");
        }
    }

    /** Without a timer of its own: the JDK's wakes a thread when it is set and again when it is taken back, for each line read. */
    private void awaitPatiently(Deadline until) throws InterruptedException {
        patience = until;
        try {
            news.await();
        } finally {
            patience = NOBODY_WAITS;
        }
    }

    /** The next buffer; empty when none is here. */
    ByteBuffer take() {
        state.lock();
        try {
            inflow.remove(taken);
            taken = 0;
            if (arrived.isEmpty()) {
                return NOTHING;
            }
            var next = arrived.removeFirst();
            held -= next.capacity();
            taken = next.capacity();
            if (held == 0 || held <= READ_AGAIN_AT && !inflow.high()) {
                readAgain();
            }
            return next;
        } finally {
            state.unlock();
        }
    }

    /** Puts back the rest of a buffer that was taken. */
    void giveBack(ByteBuffer rest) {
        state.lock();
        try {
            held += rest.capacity();
            taken = 0;
            arrived.addFirst(rest);
        } finally {
            state.unlock();
        }
    }

    /** Forgets what has arrived. */
    void drop() {
        state.lock();
        try {
            forget();
            readAgain();
        } finally {
            state.unlock();
        }
    }

    /** Of no more use then. */
    void end() {
        state.lock();
        try {
            discarding = true;
            forget();
        } finally {
            state.unlock();
        }
        cut();
    }

    private void forget() {
        inflow.remove(taken);
        arrived.forEach(octets -> inflow.remove(octets.capacity()));
        taken = 0;
        held = 0;
        arrived.clear();
    }

    private void readAgain() {
        if (!reading && !inputEnded && !closed) {
            reading = true;
            session.resumeRead();
        }
    }

    boolean waiting() {
        state.lock();
        try {
            return !arrived.isEmpty();
        } finally {
            state.unlock();
        }
    }

    boolean ended() {
        state.lock();
        try {
            return arrived.isEmpty() && (inputEnded || closed);
        } finally {
            state.unlock();
        }
    }

    void write(ByteBuffer octets) throws IOException {
        int length = octets.remaining();
        channel.write(octets);
        if (octets.hasRemaining()) {
            leaveToMina(octets);
        }
        octetsOut += length;
    }

    private void leaveToMina(ByteBuffer octets) throws IOException {
        var until = Deadline.in(writeTimeout);
        state.lock();
        try {
            sending = true;
            session.write(IoBuffer.wrap(octets.duplicate())); // MINA sets its position back when it tells that all is sent
            while (sending) {
                if (closed) {
                    throw new EOFException("the other side is gone");
                }
                if (!pause(until)) {
                    throw new SocketTimeoutException("the other side reads too slowly");
                }
            }
            octets.position(octets.limit());
        } finally {
            if (sending) {
                cut(); // or MINA would send what the caller's buffer holds later
            }
            state.unlock();
        }
    }

    /** Writes what fits into the socket, and closes; for any thread, when nobody has written before. */
    void sendAway(String words) {
        try {
            channel.write(StandardCharsets.US_ASCII.encode(words));
        } catch (IOException e) {
            // gone already
        } finally {
            cut();
        }
    }

    /** Sends a FIN after what was written. */
    void finish() throws IOException {
        channel.shutdownOutput();
    }

    /**
     * Closes when the other side has closed too, or after a while. What it still sends is dropped: a socket closed with
     * unread input resets the connection, and the other side would lose the last reply.
     */
    void linger(Duration longest) {
        state.lock();
        discarding = true;
        state.unlock();
        drop();
        try {
            awaitInput(Deadline.in(longest));
        } catch (IOException e) {
            // Interrupted: shutting down, so there is no time to be polite.
        } finally {
            cut();
        }
    }

    long octetsIn() {
        return octetsIn;
    }

    long octetsOut() {
        return octetsOut;
    }
}
