package org.posthouse.net;

import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.transport.socket.nio.NioProcessor;
import org.apache.mina.transport.socket.nio.NioSession;

/** MINA's I/O loop without three of its habits. */
final class Processor extends NioProcessor {
    private volatile Thread io;

    Processor(Executor executor) {
        super(executor);
    }

    @Override
    protected int select(long timeout) throws Exception {
        io = Thread.currentThread();
        return super.select(timeout);
    }

    /** The I/O thread is awake: a system call saved for everything it does itself. */
    @Override
    protected void wakeup() {
        if (Thread.currentThread() != io || isDisposing()) {
            super.wakeup();
        }
    }

    /**
     * One read is enough: a second after a short one nearly always finds nothing. And a peer that resets its connection is
     * gone, not an error to be logged.
     */
    @Override
    protected int read(NioSession session, IoBuffer buffer) throws Exception {
        try {
            return buffer.position() > 0 ? 0 : super.read(session, buffer);
        } catch (IOException e) {
            session.closeNow();
            return -1;
        }
    }

    @Override
    protected int write(NioSession session, IoBuffer buffer, int length) {
        try {
            return super.write(session, buffer, length);
        } catch (IOException e) {
            session.closeNow();
            return 0;
        }
    }

    /**
     * Interest is changed on the I/O thread only: the selector does not notice changes from elsewhere for up to a second. And
     * a buffer that is half written keeps its interest, which MINA forgets because it is no longer in the queue.
     */
    @Override
    public void updateTrafficControl(NioSession session) {
        if (Thread.currentThread() != io) {
            updateTrafficMask(session);
            return;
        }
        super.updateTrafficControl(session);
        try {
            if (session.getCurrentWriteRequest() != null) {
                setInterestedInWrite(session, true);
            }
        } catch (Exception e) { // as MINA's methods declare it
            session.getFilterChain().fireExceptionCaught(e);
        }
    }
}
