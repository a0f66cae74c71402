package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class EncodedWordsTest {
    @Test
    void decodesTheExamplesOfRfc2047() {
        assertEquals("a", EncodedWords.decoded("=?ISO-8859-1?Q?a?="));
        assertEquals("a b", EncodedWords.decoded("=?ISO-8859-1?Q?a?= b"));
        assertEquals("ab", EncodedWords.decoded("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?="));
        assertEquals("ab", EncodedWords.decoded("=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?="));
        assertEquals("a b", EncodedWords.decoded("=?ISO-8859-1?Q?a_b?="));
        assertEquals("a b", EncodedWords.decoded("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?="));
        assertEquals("Keld Jørn Simonsen <keld@dkuug.dk>", EncodedWords.decoded("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>"));
        assertEquals("If you can read this you understand the example.", EncodedWords.decoded(
                "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="));
    }

    @Test
    void aCharacterThatWasCutInTwoIsPutTogether() {
        assertEquals("ü", EncodedWords.decoded("=?utf-8?Q?=C3?= =?UTF-8?Q?=BC?="));
        assertEquals("日本", EncodedWords.decoded("=?utf-8?B?5pel5g==?= =?utf-8?B?nKw=?="));
    }

    @Test
    void languagesAreAllowed() {
        assertEquals("größe", EncodedWords.decoded("=?utf-8*de?q?gr=C3=B6=C3=9Fe?="));
    }

    @Test
    void whatIsNoEncodedWordStays() {
        for (var text : new String[] {"=?utf-8?Q?no end", "=?x-nobody-knows?Q?a?=", "=?utf-8?X?a?=", "=?utf-8?Q?a b?=", "1 =? 2", "=?=?=?"}) {
            assertEquals(text, EncodedWords.decoded(text));
        }
    }

    @Test
    void textAroundStays() {
        assertEquals("x=ü=?y", EncodedWords.decoded("x==?utf-8?q?=C3=BC?==?y"));
    }

    @Test
    void hostileFieldsTakeNoTime() {
        assertTimeout(Duration.ofSeconds(5), () -> {
            EncodedWords.decoded("=?".repeat(300_000));
            EncodedWords.decoded("=?utf-8?q?".repeat(100_000));
            EncodedWords.decoded("=?a?b?" + "c".repeat(1_000_000));
            EncodedWords.decoded("=?utf-8?b?YQ==?= ".repeat(60_000));
        });
    }
}
