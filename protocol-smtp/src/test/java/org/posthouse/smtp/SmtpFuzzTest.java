package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.net.Line;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;

/** Whatever comes in, a session answers in well-formed lines or ends, and throws nothing but an IOException. */
final class SmtpFuzzTest {
    private static final long SEED = 20260101;
    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final List<String> WORDS = List.of("EHLO", "HELO", "MAIL FROM:", "RCPT TO:", "DATA", "BDAT ", "RSET", "QUIT", "NOOP", "VRFY",
            "HELP", "AUTH PLAIN ", "AUTH LOGIN", "STARTTLS", " LAST", "<", ">", "@", "ann@here.example", "\"", "\\", ":", ",", " ", "=", "SIZE=",
            "BODY=", "LHLO x\r\n", " PRDR", " RET=HDRS", " ENVID=x", " NOTIFY=NEVER", " ORCPT=rfc822;", " HOLDFOR=9", " REQUIRETLS", "XCLIENT ADDR=192.0.2.9 LOGIN=ann\r\n",
            "XFORWARD NAME=+41\r\n", "EXPN ann\r\n", "SMTPUTF8", "AUTH=", "AGFubgBzZWNyZXQ=", "*", "\r\n", "\r\n", "\r\n", "\r\n", "\r", "\n", "\0", ".", "\r\n.\r\n", "0", "9",
            "18446744073709551616", "[192.0.2.1]", "\u00fc", "\ud83d\udc0e", "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ann@here.example>\r\nDATA\r\n",
            "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ann@here.example>\r\nBDAT 5 LAST\r\n",
            "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ann@here.example>\r\nRCPT TO:<joe@here.example>\r\nDATA\r\n.\r\n");

    @Test
    void aSessionSurvivesAnything() {
        var random = new Random(SEED);
        long end = System.nanoTime() + LONGEST.toNanos();
        int sessions = 0;
        while (System.nanoTime() < end) {
            int number = sessions++;
            byte[] input = noise(random);
            var connection = connection(random);
            connection.segments(random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(20));
            var stage = new SmtpStage();
            stage.told("set", "xclient-from 0.0.0.0/0");
            stage.told("set", "verify users");
            stage.told("speak", random.nextBoolean() ? "smtp" : "lmtp");
            connection.serve(stage.protocol());
            connection.line();
            connection.send(input);
            connection.end();
            var thrown = connection.outcome();
            assertTrue(thrown.isEmpty() || thrown.get() instanceof IOException, () -> "session " + number + ": " + thrown);
            wellFormed(connection.rest(), number);
        }
        assertTrue(sessions > 100, "sessions tried: " + sessions);
    }

    private static ScriptedConnection connection(Random random) {
        var role = random.nextBoolean() ? Listener.Role.MX : Listener.Role.SUBMISSION;
        return new ScriptedConnection(role, Listener.Tls.values()[random.nextInt(3)]);
    }

    private static byte[] noise(Random random) {
        var noise = new ByteArrayOutputStream();
        for (int words = random.nextInt(200); words > 0; words--) {
            if (random.nextInt(10) > 0) {
                noise.writeBytes(WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8));
            } else {
                var octets = new byte[random.nextInt(random.nextInt(20) > 0 ? 20 : 5_000)];
                random.nextBytes(octets);
                noise.writeBytes(octets);
            }
        }
        return noise.toByteArray();
    }

    private static void wellFormed(String output, int number) {
        output.lines().forEach(line -> assertTrue(line.matches("[2-5]\\d\\d[ -][ -~]*") && line.length() <= 510,
                () -> "session " + number + " said: " + line));
    }

    @Test
    void theParserNeverThrows() {
        var random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            CommandParser.parse(new Line(noise(random, 60), Line.Ending.CRLF));
        }
    }

    private static byte[] noise(Random random, int longest) {
        var noise = new StringBuilder();
        for (int words = 1 + random.nextInt(12); words > 0; words--) {
            noise.append(random.nextInt(8) > 0 ? WORDS.get(random.nextInt(WORDS.size())) : String.valueOf((char) random.nextInt(0x3000)));
        }
        return noise.substring(0, Math.min(noise.length(), longest)).getBytes(StandardCharsets.UTF_8);
    }
}
