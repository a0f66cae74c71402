package org.posthouse.net;

import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.mina.core.service.IoProcessor;
import org.apache.mina.transport.socket.nio.NioSession;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;

/** Accepts on one port and shares the connections out among the processors of all ports. */
final class Acceptor extends NioSocketAcceptor {
    private static final int BACKLOG = 2048;
    private static final int LEAST_READ = 4096; // a usual message, or all commands that come at once

    private final List<Processor> processors;
    private int next; // of the one accepting thread

    Acceptor(Executor executor, List<Processor> processors) {
        super(executor, processors.getFirst());
        this.processors = processors;
        setBacklog(BACKLOG);
        setReuseAddress(true);
        setCloseOnDeactivation(false); // a listener that goes leaves its sessions alone
        getSessionConfig().setMinReadBufferSize(LEAST_READ);
        getSessionConfig().setReadBufferSize(LEAST_READ);
        getSessionConfig().setTcpNoDelay(true);
        getSessionConfig().setKeepAlive(true);
    }

    @Override
    protected NioSession accept(IoProcessor<NioSession> first, ServerSocketChannel port) throws Exception {
        next = (next + 1) % processors.size();
        return super.accept(processors.get(next), port);
    }
}
