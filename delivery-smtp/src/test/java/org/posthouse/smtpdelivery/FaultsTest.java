package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.posthouse.queue.Outcome;

/** A remote that hangs, drops, floods or answers nonsense at each step: mail waits, and comes once when the remote is well again. */
class FaultsTest extends Ground {
    private static final List<String> PIPELINED = List.of("PIPELINING", "SIZE", "8BITMIME");
    private static final List<String> COUNTED = List.of("PIPELINING", "CHUNKING");
    private static final List<String> PLAIN = List.of("SIZE");

    static Stream<Arguments> faults() {
        return Stream.of(PIPELINED, COUNTED, PLAIN).flatMap(extensions -> Stream.of("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TEXT")
                .filter(step -> !(step.equals("DATA") && extensions == COUNTED))
                .flatMap(step -> Stream.of(Remote.HANG, Remote.DROP, Remote.GARBAGE, Remote.FLOOD, "421 4.3.2 going down", "451 4.3.0 not now", "999 no", "354 what?")
                        .filter(fault -> !(step.equals("DATA") && fault.startsWith("354")))
                        .map(fault -> Arguments.of(step, fault, extensions))));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void mailWaitsAndThenComesOnce(String step, String fault, List<String> extensions) throws IOException {
        var wait = fault.equals(Remote.HANG) ? "300ms" : "30s";
        var names = List.of("greeting-timeout", "command-timeout", "mail-timeout", "rcpt-timeout", "data-timeout", "end-timeout");
        var settings = settings();
        settings.with(names.get(List.of("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TEXT").indexOf(step)), wait);
        delivery = delivery(settings);
        remote.extensions(extensions.toArray(String[]::new)).on(step, fault);
        var first = send(ZOE, YAN);
        var waiting = first.entrySet().stream().filter(e -> e.getValue().itself() instanceof Outcome.Deferred).map(e -> e.getKey()).toList();
        var served = first.entrySet().stream().filter(e -> e.getValue().itself() instanceof Outcome.Relayed).map(e -> e.getKey()).toList();
        assertEquals(2, waiting.size() + served.size(), first.toString());
        assertTrue(!waiting.isEmpty(), first.toString());
        assertEquals(served.size(), remote.taken().stream().mapToInt(t -> t.rcpts().size()).sum(), first.toString());
        delivery = delivery(settings());
        for (var to : waiting) {
            assertEquals("delivered", brief(send(to).get(to)));
        }
        assertEquals(List.of("RCPT TO:<yan@there.test>", "RCPT TO:<zoe@there.test>"),
                remote.taken().stream().flatMap(t -> t.rcpts().stream()).map(r -> r.split(">")[0] + ">").sorted().toList());
    }
}
