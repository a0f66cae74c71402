package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.net.FixedSite;
import org.posthouse.net.GivenConnection;
import org.posthouse.net.Listener;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.RecordingIntake;

/**
 * A session answers whatever comes in well-formed lines, and takes only messages that are whole. The first octet chooses role,
 * TLS and protocol; between two 0x1e is what arrives together.
 */
final class SmtpSessionFuzzTest implements FuzzTarget {
    private static final Pattern LINE = Pattern.compile("[2-5]\\d\\d[ -][ -~]*\r");
    private static final SmtpProtocol.Config CONFIG = SmtpStage.config(Map.of("max-size", "64K", "max-line", "1000", "max-recipients", 100,
            "xclient-from", new String[] {"0.0.0.0/0", "::/0"}, "verify", "users"));

    @Override
    public void take(byte[] input) {
        int kind = input.length == 0 ? 0 : input[0];
        var octets = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        var client = new GivenConnection(Listener.Role.values()[kind & 1], Listener.Tls.values()[(kind >> 1 & 3) % 3], octets);
        var intake = new RecordingIntake();
        var services = new SmtpProtocol.Services(new FixedSite("mx.here.example", "here.example"), intake,
                new FixedAccounts("here.example").with("ann", "secret"), new MemoryTrace(), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        try {
            ((kind & 8) != 0 ? new LmtpProtocol(CONFIG, services) : new SmtpProtocol(CONFIG, services)).serve(client);
        } catch (IOException expected) {
            // the client is gone
        }
        assertEquals(0, intake.open(), "transactions left open");
        wellFormed(client.output());
        intake.messages().forEach(message -> check(message.text()));
    }

    private static void check(String text) {
        var rest = text.replace("\r\n", "");
        assertFalse(rest.contains("\r") || rest.contains("\n") || text.contains("\0"), text);
    }

    static void wellFormed(String output) {
        for (var line : output.split("\n")) {
            assertTrue(output.isEmpty() || LINE.matcher(line).matches() && line.length() <= 511, line);
        }
    }

    @Override
    public List<String> seeds() {
        var mail = "EHLO x\r\nMAIL FROM:<> SIZE=5\r\nRCPT TO:<ann@here.example>\r\n";
        return List.of("\0" + mail + "DATA\r\n\u001eSubject: x\r\n\r\n..x\r\n.\r\nQUIT\r\n", "\0" + mail + "BDAT 4\r\nab\r\nBDAT 0 LAST\r\nRSET\r\n",
                "\3EHLO x\r\nSTARTTLS\r\n\u001eEHLO y\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n" + mail, "\5EHLO x\r\nAUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\nMAIL FROM:<ann@here.example>\r\n",
                "\5EHLO x\r\nAUTH SCRAM-SHA-256 biwsbj1hbm4scj1hYmM=\r\n*\r\nNOOP\r\nVRFY x\r\nHELP\r\nEXPN\r\n", "\0early", "\0HELO x\r\n\u001e\u001eMAIL FROM:<a@b>\r\n",
                "\10LHLO x\r\nXCLIENT ADDR=192.0.2.9 LOGIN=ann HELO=y\r\nLHLO x\r\nVRFY ann\r\nEXPN ann\r\n" + mail.substring(8) + "RCPT TO:<joe@here.example> NOTIFY=NEVER\r\nBDAT 2 LAST\r\n\r\n",
                "\0" + mail.replace(" SIZE=5", " PRDR RET=FULL ENVID=x") + "RCPT TO:<bob@here.example> ORCPT=rfc822;x\r\nDATA\r\n.\r\nXFORWARD NAME=+41\r\n",
                "\0" + mail + "RCPT TO:<bob@here.example>\r\nDATA\r\nx\ny\r\n.\r\n" + mail + "BDAT 99999 LAST\r\nx");
    }

    @Override
    public List<String> words() {
        return List.of("\r\nEHLO x\r\n", "\r\nMAIL FROM:<>", "\r\nRCPT TO:<ann@here.example>\r\n", "\r\nLHLO x\r\n", " PRDR", " NOTIFY=", " ORCPT=rfc822;", "\r\nXCLIENT ADDR=",
                "\r\nDATA\r\n", "\r\n.\r\n", "\r\nBDAT 5", " LAST\r\n", "\r\nRSET\r\n",
                "\r\nSTARTTLS\r\n\u001e", "\r\nAUTH PLAIN ", "\r\nAUTH LOGIN\r\n", "AGFubgBzZWNyZXQ=", " SIZE=", " BODY=8BITMIME", " SMTPUTF8", "\u001e", "\r\n");
    }

    @Override
    public int longest() {
        return 6000;
    }

    @Override
    public long mayAllocate(int octets) {
        return (4 << 20) + 5_000L * octets;
    }
}
