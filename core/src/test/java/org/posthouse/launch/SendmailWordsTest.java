package org.posthouse.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SendmailWordsTest {
    private static SendmailWords words(String line) throws BadUse {
        return SendmailWords.of("sendmail", line.isEmpty() ? List.of() : List.of(line.split(" ")));
    }

    @Test
    void cronMuttAndMailAreUnderstood() throws BadUse {
        var cron = words("-i -FCronDaemon -B8BITMIME -oem root");
        assertEquals(List.of("root"), cron.recipients());
        assertEquals(Optional.of("CronDaemon"), cron.name());
        assertFalse(cron.dotEnds());
        var mutt = words("-oem -oi -f ann@example.test -N delay,failure -R hdrs -- bob@example.test -odd@example.test");
        assertEquals(List.of("bob@example.test", "-odd@example.test"), mutt.recipients());
        assertEquals(List.of(Optional.of("ann@example.test"), Optional.of("delay,failure"), Optional.of("hdrs")), List.of(mutt.from(), mutt.events(), mutt.ret()));
        var mail = words("-ti -f<> -V QQ1");
        assertTrue(mail.fromHeader() && !mail.dotEnds());
        assertEquals(Optional.of(""), mail.from());
        assertEquals(Optional.of("QQ1"), mail.envelopeId());
        assertFalse(words("-O IgnoreDots=true -O DeliveryMode=b x").dotEnds());
    }

    @Test
    void modesAreOptionsOrNames() throws BadUse {
        assertEquals('m', words("-bm ann").mode());
        assertEquals('s', words("-bs").mode());
        assertEquals('v', words("-bv ann").mode());
        assertEquals('p', words("-bp").mode());
        assertEquals('q', words("-q30m").mode());
        assertEquals('i', words("-bi").mode());
        assertEquals('p', SendmailWords.of("mailq", List.of()).mode());
        assertEquals('i', SendmailWords.of("newaliases", List.of()).mode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-bd", "-bx", "-f", "-Z", "-b"})
    void whatCannotBeDoneIsSaid(String line) {
        assertThrows(BadUse.class, () -> words(line));
    }
}
