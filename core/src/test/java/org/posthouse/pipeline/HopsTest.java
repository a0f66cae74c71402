package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.posthouse.message.Contents;
import org.posthouse.message.Refusal;

class HopsTest {
    private static final String HOP = "Received: from x\n\tby y; Fri, 2 Jan 2026 03:04:05 +0100\n";

    @Test
    void aHundredHopsAreTakenAndMoreAreALoop() {
        check(HOP.repeat(100) + "Subject: x\n\nbody\n");
        assertEquals("5.4.6", looping(HOP.repeat(101) + "Subject: x\n\nbody\n"));
        assertEquals("5.4.6", looping("Subject: x\n" + "RECEIVED:\n".repeat(101)));
        assertEquals("5.4.6", looping("rEcEiVeD:\n".repeat(20_000)));
    }

    @Test
    void onlyFieldsOfTheHeaderCount() {
        check("Subject: x\n\n" + HOP.repeat(200));
        check("\n" + HOP.repeat(200));
        check("Subject: x\n" + " Received: folded\n".repeat(200) + "\nbody\n");
        check("X-Received: x\n".repeat(200) + "\nbody\n");
        check("Received-SPF: pass\n".repeat(200) + "\nbody\n");
        check("");
    }

    private static void check(String message) {
        assertDoesNotThrow(() -> Hops.check(Contents.of(message)));
    }

    private static String looping(String message) {
        return assertThrows(Refusal.class, () -> Hops.check(Contents.of(message))).status().code();
    }
}
