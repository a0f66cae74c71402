package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.pipeline.DsnRequest.When;

class DsnRequestTest {
    private static final Address ANN = new Address("ann", "example.test");

    @Test
    void whoSaysNothingIsToldOfFailureAndDelay() {
        var nothing = DsnRequest.of(new Recipient(ANN));
        assertEquals(Set.of(When.FAILURE, When.DELAY), nothing.events());
        assertFalse(nothing.said());
    }

    @Test
    void notifyIsAListOfWordsOrNever() {
        assertEquals(Set.of(When.SUCCESS, When.DELAY), notify("success,DELAY").orElseThrow());
        assertEquals(Set.of(), notify("never").orElseThrow());
        for (var wrong : List.of("", "NEVER,SUCCESS", "SUCCESS,", "SUCCESS;DELAY", "ALWAYS")) {
            assertTrue(notify(wrong).isEmpty(), wrong);
        }
        assertTrue(DsnRequest.of(new Recipient(ANN, Map.of("NOTIFY", "ALWAYS"))).wants(When.FAILURE));
    }

    private static Optional<Set<When>> notify(String words) {
        return DsnRequest.parse(Map.of("NOTIFY", words)).map(DsnRequest::events);
    }

    @Test
    void anOriginalRecipientHasATypeAndIsXtext() {
        for (var right : List.of("rfc822;Bob@example.test", "rfc822;a+2Bb@example.test", "utf-8;\\x{437}@example.test", "utf-8;з@example.test")) {
            assertEquals(right, DsnRequest.parse(Map.of("ORCPT", right)).orElseThrow().original().orElseThrow());
        }
        for (var wrong : List.of("Bob@example.test", "rfc822;", ";bob", "rfc822;a+2b", "rfc822;a=b", "rfc822;a b", "rfc822;" + "x".repeat(500))) {
            assertTrue(DsnRequest.parse(Map.of("ORCPT", wrong)).isEmpty(), wrong);
        }
    }

    @Test
    void mailSaysHowMuchComesBackAndUnderWhichName() {
        var asked = DsnReturn.parse(Map.of("RET", "full", "ENVID", "QQ+2B1", "SIZE", "12")).orElseThrow();
        assertEquals(new DsnReturn(Optional.of(DsnReturn.What.FULL), Optional.of("QQ+2B1")), asked);
        assertTrue(DsnReturn.parse(Map.of("RET", "")).isEmpty());
        assertTrue(DsnReturn.parse(Map.of("RET", "SOME")).isEmpty());
        assertTrue(DsnReturn.parse(Map.of("ENVID", "a b")).isEmpty());
        assertTrue(DsnReturn.parse(Map.of("ENVID", "x".repeat(101))).isEmpty());
        assertEquals(Optional.empty(), DsnReturn.of(new Sender(ANN)).what());
    }
}
