package org.posthouse.it;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads ann's INBOX by IMAP over and over in one session; the number of messages never goes down, and each is whole. It logs in
 * again only when the server has said goodbye.
 */
final class ImapReader implements AutoCloseable {
    private static final int AT_ONCE = 20;

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final int port;
    private final Thread thread;
    private volatile boolean over;
    private int seen;

    ImapReader(int port) {
        this.port = port;
        this.thread = Thread.ofPlatform().start(() -> {
            while (!over) {
                session();
            }
        });
    }

    private void session() {
        try (var imap = new Imap(port, "ann", "secret")) {
            logins.incrementAndGet();
            count(imap.command("SELECT INBOX"));
            while (!over) {
                read(imap);
            }
        } catch (IOException e) {
            if (!over && !String.valueOf(e.getMessage()).contains("-> * BYE")) {
                troubles.add(e.toString());
            }
        }
    }

    private void read(Imap imap) throws IOException {
        count(imap.command("NOOP"));
        if (seen > 0) {
            for (var response : imap.command("FETCH " + Math.max(1, seen - AT_ONCE) + ":" + seen + " (FLAGS BODY.PEEK[])")) {
                if (response.contains("BODY[]") && !(response.contains("X-Number: ") && response.contains("text "))) {
                    throw new IOException("torn message " + response);
                }
            }
        }
        reads.incrementAndGet();
    }

    private void count(List<String> responses) throws IOException {
        for (var response : responses) {
            if (response.endsWith(" EXISTS")) {
                int now = Integer.parseInt(response.split(" ")[1]);
                if (now < seen) {
                    throw new IOException("first " + seen + " messages, then " + now);
                }
                seen = now;
            }
        }
    }

    int reads() {
        return reads.get();
    }

    int logins() {
        return logins.get();
    }

    List<String> troubles() {
        return troubles;
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.join();
    }
}
