package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.queue.DeliveryId;

class MailNameTest {
    @Test
    void ourOwnNamesTellEverything() {
        var tag = MailName.tag(new DeliveryId("abc.2.1"));
        var base = MailName.base(MailName.unique(1_772_366_400, tag, "mx.example.test"), 100, 104);
        assertEquals("1772366400.Habc_2_1.mx.example.test,S=100,W=104", base);
        var name = MailName.parse(base + ":2,FS").orElseThrow();
        assertEquals(new MailName(base, "FS"), name);
        assertEquals(Optional.of("abc_2_1"), name.tag());
        assertEquals(1_772_366_400, name.seconds());
        assertEquals(OptionalLong.of(100), name.inFile());
        assertEquals(OptionalLong.of(104), name.withCrlf());
    }

    @Test
    void aHostNameCannotBreakAName() {
        assertEquals("0.Hx.a-b-c-d.", MailName.unique(0, "x", "a/b:c,d."));
        assertTrue(MailName.unique(0, "x", "h".repeat(300)).length() < 100);
    }

    @Test
    void namesOfOtherProgramsAreNotTakenForOurs() {
        for (var name : List.of("1.Hx.host", "1.Hx.host,S=1", "1.Hx,S=1,W=1", "1.H.host,S=1,W=1", "1.Mx.host,S=1,W=1", "x")) {
            assertEquals(Optional.empty(), MailName.parse(name).orElseThrow().tag(), name);
        }
    }

    @Test
    void numbersThatAreNoneAreLeftOut() {
        for (var field : List.of("", "x", "-1", "1x", "9".repeat(30))) {
            assertEquals(OptionalLong.empty(), new MailName("1.M2.host,S=" + field, "").inFile(), field);
        }
        assertEquals(0, new MailName("9".repeat(17) + ".Hx.host,S=1,W=1", "").seconds());
    }

    @Test
    void anyNameIsReadWithoutFault() {
        var random = new Random(11);
        var odd = "1239.HMx,S=,W=:2,FS \n\u00e9";
        for (int i = 0; i < 50_000; i++) {
            var text = random.ints(random.nextInt(40), 0, odd.length()).mapToObj(odd::charAt)
                    .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append).toString();
            MailName.parse(text).ifPresent(name -> {
                assertTrue(name.seconds() >= 0);
                assertTrue(name.inFile().orElse(0) >= 0);
                assertTrue(name.withCrlf().orElse(0) >= 0);
                assertTrue(name.tag().isEmpty() || name.tag().get().indexOf('.') < 0);
            });
        }
    }
}
