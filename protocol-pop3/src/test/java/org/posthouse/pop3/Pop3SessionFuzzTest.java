package org.posthouse.pop3;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.mailbox.MemoryMailboxes;
import org.posthouse.net.FixedSite;
import org.posthouse.net.GivenConnection;
import org.posthouse.net.Listener;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;

/**
 * A session answers whatever comes, and deletes nothing without QUIT. The first octet chooses the TLS and whether the client has
 * logged in; between two 0x1e is what arrives together.
 */
final class Pop3SessionFuzzTest implements FuzzTarget {
    private static final String ANN = "ann@example.test";
    private static final byte[] LOGIN = "USER ann\r\nPASS secret\r\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void take(byte[] input) throws IOException {
        int kind = input.length == 0 ? 0 : input[0];
        var octets = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        boolean loggedIn = (kind & 4) != 0;
        var client = new GivenConnection(Listener.Role.MX, Listener.Tls.values()[(kind & 3) % 3], loggedIn ? behindLogin(octets) : octets);
        var mailboxes = new MemoryMailboxes();
        mailboxes.put(ANN, "Subject: a\n\n.dot\n..\nx");
        mailboxes.put(ANN, "\r\n.\r\n");
        var accounts = new FixedAccounts("example.test").with("ann", "secret").with("bob", "two words");
        try {
            new Pop3Protocol(FixedConfig.DEFAULT, accounts, mailboxes, new FixedSite(), new MemoryTrace(), new MemoryMetrics(),
                    Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)).serve(client);
        } catch (IOException expected) {
            // the client is gone
        }
        var said = client.output();
        assertTrue(said.startsWith("+OK ") && said.endsWith("\r\n"), said);
        assertFalse(said.replace("\r\n", "").matches("(?s).*[\r\n].*"), said);
        boolean quit = new String(octets, StandardCharsets.ISO_8859_1).replace("\u001e", "").toUpperCase(Locale.ROOT).contains("QUIT");
        assertTrue(quit || mailboxes.texts(ANN, "INBOX").size() == 2, "deleted without QUIT");
    }

    private static byte[] behindLogin(byte[] octets) {
        var both = Arrays.copyOf(LOGIN, LOGIN.length + octets.length);
        System.arraycopy(octets, 0, both, LOGIN.length, octets.length);
        return both;
    }

    @Override
    public List<String> seeds() {
        return List.of("\0CAPA\r\nUSER ann\r\nPASS secret\r\nSTAT\r\nLIST\r\nUIDL 1\r\nRETR 1\r\nTOP 1 2\r\nDELE 1\r\nRSET\r\nDELE 2\r\nNOOP\r\nQUIT\r\n",
                "\1STLS\r\n\u001eAUTH PLAIN AGFubgBzZWNyZXQ=\r\nSTAT\r\nQUIT\r\n", "\4TOP 1 0\r\nTOP 2 999999999999\r\nLIST 0\r\nLIST -1\r\nRETR 3\r\nDELE 1\r\nDELE 1\r\n",
                "\0AUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\n", "\2AUTH SCRAM-SHA-256 =\r\nbiwsbj1hbm4scj1hYmM=\r\n*\r\nCAPA\r\n", "\0USER\r\nPASS\r\nUSER bob\r\nPASS two words\r\n\u001e\u001e");
    }

    @Override
    public List<String> words() {
        return List.of("\r\nSTAT\r\n", "\r\nLIST ", "\r\nUIDL ", "\r\nRETR 1\r\n", "\r\nTOP 1 ", "\r\nDELE ", "\r\nRSET\r\n", "\r\nQUIT\r\n", "\r\nCAPA\r\n", "\r\nSTLS\r\n\u001e",
                "\r\nAUTH PLAIN ", "\r\nAUTH LOGIN\r\n", "USER ann\r\nPASS secret\r\n", "\u001e");
    }

    @Override
    public long mayAllocate(int octets) {
        return (4 << 20) + 5_000L * octets;
    }
}
