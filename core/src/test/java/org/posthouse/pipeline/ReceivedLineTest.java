package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.MessageId;
import org.posthouse.net.TestPeers;

class ReceivedLineTest {
    private static final ZonedDateTime THEN = ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.ofHours(1));
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));

    @Test
    void saysFromWhomByWhomWithWhatAndForWhom() {
        var client = client("192.0.2.1", "client.example");
        client.protocol("ESMTPS");
        client.cipher("TLSv1.3 TLS_AES_128_GCM_SHA256");
        assertEquals("""
                Received: from client.example ([192.0.2.1])
                \tby mail.example.test with ESMTPS id s.1
                \t(TLSv1.3 TLS_AES_128_GCM_SHA256)
                \tfor <ann@example.test>;
                \tFri, 2 Jan 2026 03:04:05 +0100
                """.replace("\n", "\r\n"), line(client, ANN));
    }

    @Test
    void namesNoRecipientWhenThereAreSeveral() {
        assertFalse(line(client("192.0.2.1", "client.example"), ANN, BOB).contains("for <"));
    }

    @Test
    void anIpv6AddressIsALiteralWithItsTag() {
        assertTrue(line(client("2001:db8::1", "[IPv6:2001:db8::1]"), ANN)
                .startsWith("Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8:0:0:0:0:0:1])\r\n"));
    }

    @Test
    void whatTheClientSaidCannotBreakTheField() {
        var hostile = line(client("192.0.2.1", "a b\r\nX: y (z\0\u00fc"), ANN);
        assertTrue(hostile.startsWith("Received: from a?b??X:?y??z?? ([192.0.2.1])\r\n"), hostile);
        assertTrue(line(client("192.0.2.1", ""), ANN).startsWith("Received: from unknown ("));
        assertTrue(HeaderLines.areWhole(line(client("192.0.2.1", "x".repeat(5_000)), ANN)));
    }

    private static Client client(String address, String hello) {
        var client = new Client(TestPeers.peer(address));
        client.hello(hello);
        return client;
    }

    private static String line(Client client, Recipient... to) {
        return ReceivedLine.of(client, new Envelope(new MessageId("s.1"), new Sender(Address.NULL), List.of(to)),
                "mail.example.test", THEN);
    }
}
