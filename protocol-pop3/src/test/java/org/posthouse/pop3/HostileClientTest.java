package org.posthouse.pop3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.mailbox.MemoryMailboxes;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;

/** Whatever a client sends: no exception but an IOException, only lines that begin as they should, nothing deleted without QUIT. */
final class HostileClientTest {
    private static final List<String> WORDS = List.of("USER ann\r\n", "PASS secret\r\n", "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "AUTH LOGIN\r\n",
            "AUTH PLAIN\r\n", "STAT\r\n", "LIST", " 1", " 2", " 999999999", " 99999999999", " -1", "UIDL", "RETR", "TOP", "DELE", "RSET\r\n",
            "CAPA\r\n", "NOOP\r\n", "\r\n", "\n", "\r", "\0", " ", "*\r\n", "=", "STLS", ".", "\u00ff", "AGFubgBzZWNyZXQ=\r\n");

    private final MemoryMailboxes mailboxes = new MemoryMailboxes();
    private final FixedAccounts accounts = new FixedAccounts("example.test").with("ann", "secret");

    private ScriptedConnection serve(byte[] sent, int segment) {
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        connection.send(sent);
        connection.segments(segment);
        connection.end();
        return connection.serve(new Pop3Protocol(new FixedConfig("10m", "5m", 1000, 1000, "0s", 1000), accounts, mailboxes, new FixedSite(),
                new MemoryTrace(), new MemoryMetrics(), connection.clock()));
    }

    private void survives(byte[] sent, int segment) {
        var connection = serve(sent, segment);
        connection.outcome().ifPresent(thrown -> assertTrue(thrown instanceof IOException, thrown::toString));
        assertTrue(connection.rest().startsWith("+OK "));
        assertEquals(2, mailboxes.texts("ann@example.test", "INBOX").size());
    }

    @Test
    void randomOctetsAreSurvived() {
        twoMessages();
        var random = new Random(2449);
        for (int i = 0; i < 300; i++) {
            var sent = new byte[random.nextInt(2000)];
            random.nextBytes(sent);
            survives(sent, 1 + random.nextInt(300));
        }
    }

    @Test
    void commandsInAnyOrderAreSurvived() {
        twoMessages();
        var random = new Random(5034);
        for (int i = 0; i < 500; i++) {
            var sent = new ByteArrayOutputStream();
            if (random.nextBoolean()) {
                sent.writeBytes("USER ann\r\nPASS secret\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            int words = random.nextInt(60);
            for (int n = 0; n < words; n++) {
                sent.writeBytes(WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.ISO_8859_1));
            }
            survives(sent.toByteArray(), 1 + random.nextInt(100));
        }
    }

    @Test
    void aLineWithoutEndIsCutOff() {
        twoMessages();
        survives(new byte[3 << 20], 64 << 10);
    }

    private void twoMessages() {
        mailboxes.put("ann@example.test", "Subject: one\n\n.\n");
        mailboxes.put("ann@example.test", "Subject: two\n\nbody\n");
    }
}
