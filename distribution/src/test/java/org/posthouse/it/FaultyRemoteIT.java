package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.it.Sink.Fault;
import org.posthouse.it.Sink.Step;

/**
 * Other hosts hang, drop the connection, answer garbage or say that it is not the time, at each step, twice; then they take mail. Each
 * recipient's letter comes once and whole, and nobody is told of anything.
 */
final class FaultyRemoteIT {
    private static final int TIMES = 2;
    private static final long THINKS_MILLIS = 1_500;
    private static final String TEXT = "Subject: one\r\n\r\n.\r\nfirst\r\n\r\nlast\r\n";

    @TempDir
    Path home;

    /** A host with a fault of its own, and what came to it. */
    private static final class Remote implements Sink.Plan, Sink.Taking, AutoCloseable {
        private final Step step;
        private final Fault fault;
        private final AtomicInteger left = new AtomicInteger(TIMES);
        private final List<String> came = Collections.synchronizedList(new ArrayList<>());
        private final Sink sink;

        Remote(Step step, Fault fault) throws IOException {
            this.step = step;
            this.fault = fault;
            this.sink = new Sink(this, this);
        }

        /** Of recipients it is the second that it does not like. */
        @Override
        public Fault at(Step now, String said) {
            boolean mine = now == step && (now != Step.RCPT || fault != Fault.LATER || said.contains("<two@"));
            return mine && left.getAndDecrement() > 0 ? fault : Fault.NONE;
        }

        @Override
        public void taken(String from, List<String> to, String text) {
            to.forEach(one -> came.add(one.split("@")[0] + (text.endsWith(TEXT) ? "" : " torn")));
        }

        @Override
        public void close() throws IOException {
            sink.close();
        }
    }

    private final Map<String, Remote> remotes = new LinkedHashMap<>();
    private final CountDownLatch thinking = new CountDownLatch(1);
    private final List<String> thoughtOf = Collections.synchronizedList(new ArrayList<>());
    private Sink thinker;
    private Server server;

    /** It has the whole message, and takes its time to say so. */
    private Fault thinks(Step step) {
        if (step == Step.DOT) {
            thinking.countDown();
            try {
                Thread.sleep(THINKS_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return Fault.NONE;
    }

    @BeforeEach
    void aHostForEachFault() throws Exception {
        thinker = new Sink((step, _) -> thinks(step), (_, to, _) -> thoughtOf.addAll(to));
        var routes = new StringBuilder("\n[route thinker]\nto  = thinks.test\nvia = smtp:[127.0.0.1]:" + thinker.port() + "\n");
        for (var step : Step.values()) {
            for (var fault : Fault.values()) {
                if (fault != Fault.NONE && !(step == Step.TEXT && fault == Fault.LATER)) { // no such answer is expected there
                    var name = (step + "-" + fault).toLowerCase() + ".test";
                    remotes.put(name, new Remote(step, fault));
                    routes.append("\n[route ").append(name.replace(".test", "")).append("]\nto  = ").append(name)
                            .append("\nvia = smtp:[127.0.0.1]:").append(remotes.get(name).sink.port()).append('\n');
                }
            }
        }
        server = new Server(home).configure("retry-first = 300ms\nretry-longest = 1s\n"
                + StraightPathIT.CONF.replaceFirst("protocol = smtp\nport     = 0", "protocol = smtp\nport     = 0\nrelay-from = 127.0.0.1") + """

                [delivery-smtp]
                greeting-timeout = 1s
                command-timeout  = 1s
                mail-timeout     = 1s
                rcpt-timeout     = 1s
                data-timeout     = 1s
                block-timeout    = 1s
                end-timeout      = 3s
                """ + routes).start();
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        thinker.close();
        for (var remote : remotes.values()) {
            remote.close();
        }
    }

    @Test
    void eachRecipientsLetterComesOnceInTheEnd() throws Exception {
        try (var smtp = new Smtp(server.port("mx"))) {
            for (var domain : remotes.keySet()) {
                smtp.command("MAIL FROM:<ann@example.test>", "250");
                for (var to : List.of("one", "two", "three")) {
                    smtp.command("RCPT TO:<" + to + "@" + domain + ">", "250");
                }
                smtp.command("DATA", "354");
                smtp.text(TEXT);
                assertTrue(smtp.reply().startsWith("250"), domain);
            }
        }
        Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), () -> remotes.entrySet().stream()
                .filter(r -> r.getValue().came.size() < 3).map(Map.Entry::getKey).toList() + server.log());
        for (var remote : remotes.entrySet()) {
            assertEquals(TIMES, remote.getValue().sink.faults(), remote.getKey());
            assertEquals(List.of("one", "three", "two"), remote.getValue().came.stream().sorted().toList(), remote.getKey());
        }
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertEquals(0, pop.count(), "no notice of anything");
        }
    }

    /** RFC 5321 §4.5.3.2.6, RFC 1047. */
    @Test
    void aHostThatIsStillThinkingWhenTheServerEndsGetsItOnce() throws Exception {
        try (var smtp = new Smtp(server.port("mx"))) {
            assertTrue(smtp.message("ann@example.test", "one@thinks.test", TEXT).startsWith("250"));
        }
        thinking.await();
        long began = System.nanoTime();
        assertEquals(0, server.terminate());
        assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(5));
        server.start();
        Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), server::log);
        assertEquals(List.of("one@thinks.test"), thoughtOf);
    }
}
