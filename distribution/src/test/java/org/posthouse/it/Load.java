package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends numbered messages at a steady rate over some long sessions, and a new session every half second; remembers what became
 * of each. Every tenth message asks to be refused by the sample filter's rule.
 */
final class Load implements AutoCloseable {
    private final int port;
    private final double perSecond;
    private final AtomicInteger next = new AtomicInteger();
    private final Map<Integer, String> replies = new ConcurrentHashMap<>();
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> threads = new ArrayList<>();
    private final long began = System.nanoTime();
    private volatile boolean over;

    Load(int port, int sessions, double perSecond) {
        this.port = port;
        this.perSecond = perSecond;
        for (int i = 0; i < sessions; i++) {
            threads.add(Thread.ofPlatform().name("load " + i).start(this::sendMany));
        }
        threads.add(Thread.ofPlatform().name("load anew").start(this::connectAnew));
    }

    private void sendMany() {
        var unsent = new ArrayDeque<Integer>();
        while (!over || !unsent.isEmpty()) {
            try (var smtp = new Smtp(port)) {
                sendMany(smtp, unsent);
            } catch (IOException | InterruptedException e) {
                troubles.add("session ended: " + e);
                unsent.clear();
            }
        }
    }

    /** Until it is over or the server ends the session with 421, which leaves one message for the next session. */
    private void sendMany(Smtp smtp, Deque<Integer> unsent) throws IOException, InterruptedException {
        while (!over || !unsent.isEmpty()) {
            if (unsent.isEmpty()) {
                unsent.add(next.getAndIncrement());
                pace(unsent.peek());
            }
            if (!send(smtp, unsent.peek())) {
                return;
            }
            unsent.remove();
        }
        smtp.command("QUIT", "221");
    }

    private void pace(int n) throws InterruptedException {
        long due = began + (long) (n / perSecond * 1e9);
        long wait = due - System.nanoTime();
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    private void connectAnew() {
        while (!over) {
            int n = next.getAndIncrement();
            try (var smtp = new Smtp(port)) {
                if (send(smtp, n)) {
                    smtp.command("QUIT", "221");
                }
                Thread.sleep(500);
            } catch (IOException | InterruptedException e) {
                troubles.add("new session: " + e);
            }
        }
    }

    /** False when the server ended the session instead of taking the message. */
    private boolean send(Smtp smtp, int n) throws IOException {
        var subject = n % 10 == 7 ? "refuse " + n : "number " + n;
        var reply = smtp.message("load@example.org", "ann@example.test",
                "Subject: " + subject + "\r\nX-Number: " + n + "\r\n\r\n" + "text ".repeat(100) + "\r\n");
        if (reply.startsWith("421 4.3.2")) {
            return false;
        }
        replies.put(n, reply);
        if (!reply.startsWith(n % 10 == 7 ? "550" : "250") && !reply.startsWith("250")) {
            troubles.add("message " + n + ": " + reply);
        }
        return true;
    }

    /** Stops and waits; nothing is sent after it returns. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        for (var thread : threads) {
            thread.join();
        }
    }

    List<String> troubles() {
        return List.copyOf(troubles);
    }

    int sent() {
        return replies.size();
    }

    /** Numbers of the messages that were accepted. */
    List<Integer> accepted() {
        return replies.entrySet().stream().filter(e -> e.getValue().startsWith("250")).map(Map.Entry::getKey).sorted().toList();
    }

    List<Integer> refused() {
        return replies.entrySet().stream().filter(e -> e.getValue().startsWith("5")).map(Map.Entry::getKey).sorted().toList();
    }
}
