package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of a real rbldnsd, asked through a real resolver: who is listed is refused, and a list that fails lists nobody. */
final class DnsblIT {
    private static final String FILTER = """

            [filter-dnsbl]
            refuse    = clients.example=127.0.0.[2..9]*2, sender:domains.example*2, hello:domains.example*2, closed.example*2, world.example*2, away.example*2
            score     = welcome.example=127.0.[0..255].[1..3]*-4
            threshold = 2
            patience  = 2s
            """;

    @TempDir
    Path home;

    @Test
    void whoIsListedIsRefusedAndAListThatFailsListsNobody() throws Exception {
        Tool.need("rbldnsd", "rbldnsd");
        Tool.need("unbound", "unbound");
        var conf = StraightPathIT.CONF.replaceFirst("(?m)^resolvers.*\n", "").replaceFirst("enable   = ", "enable   = filter-dnsbl, ").replaceFirst("port *= 0", "port     = 0\nproxy-from = 127.0.0.0/8");
        try (var names = new NameServers(home.resolve("names"));
                var server = new Server(home.resolve("home")).configure("resolvers = " + names.resolver() + "\n" + conf + FILTER)) {
            server.start();
            Soon.happens(() -> said(server, "192.0.2.1", "mx.example.org", "a@example.org").contains("clients.example"), server::log);
            assertEquals("550 5.7.1 Client [192.0.2.1] is listed at clients.example: Listed, see https://clients.example/192.0.2.1",
                    said(server, "192.0.2.1", "mx.example.org", "a@example.org"));
            assertEquals("550 5.7.1 Client [2001:db8:bad:0:0:0:0:7] is listed at clients.example: Listed, too",
                    said(server, "2001:db8:bad::7", "mx.example.org", "a@example.org"));
            assertTrue(said(server, "192.0.2.2", "mx.example.org", "a@example.org").startsWith("250"), "the welcome are not refused");
            assertTrue(said(server, "192.0.2.9", "mx.example.org", "a@example.org").startsWith("250"), "closed, world and away list nobody");
            assertEquals("550 5.7.1 spam.example.org is listed at domains.example: A domain of spam", said(server, "192.0.2.9", "mx.example.org", "a@spam.example.org"));
            assertEquals("550 5.7.1 mx.wild.example.org is listed at domains.example: A domain of spam", said(server, "192.0.2.9", "mx.wild.example.org", "a@example.org"));
            assertTrue(server.log().contains("closed.example is not asked for 1800 s: it answers 127.255.255.254"), server::log);
            assertTrue(server.log().contains("world.example is not asked for 1800 s: it lists 127.0.0.1"), server::log);

            var asked = server.command("filter-dnsbl", "ask", "192.0.2.1");
            assertEquals(0, asked.status(), asked.err());
            assertTrue(asked.out().contains("listed   clients.example                 client  127.0.0.4 Listed, see https://clients.example/192.0.2.1"), asked.out());
            var tested = server.command("filter-dnsbl", "test");
            assertEquals(1, tested.status());
            assertTrue(tested.out().contains("well     clients.example") && tested.out().contains("well     domains.example") && tested.out().contains("trouble  world.example"), tested.out());
        }
    }

    /** To RCPT, of a client whose address a proxy names. */
    private static String said(Server server, String address, String hello, String from) throws IOException {
        boolean six = address.contains(":");
        try (var line = new Line(server.port("mx"))) {
            line.send((six ? "PROXY TCP6 " + address + " 2001:db8::25" : "PROXY TCP4 " + address + " 192.0.2.25") + " 4711 25\r\n");
            assertTrue(line.line().startsWith("220"));
            line.send("HELO " + hello + "\r\nMAIL FROM:<" + from + ">\r\nRCPT TO:<ann@example.test>\r\n");
            assertTrue(line.line().startsWith("250"));
            assertTrue(line.line().startsWith("250"));
            return line.line();
        }
    }
}
