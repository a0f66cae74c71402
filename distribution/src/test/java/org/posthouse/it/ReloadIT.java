package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration is reloaded while mail flows: wholly, or with a mistake in it not at all, and no session notices. */
final class ReloadIT {
    private static final int RELOADS = 20;

    /** Each a change with a mistake, and what the command must say of it. */
    private static final List<List<String>> MISTAKES = List.of(
            List.of("max-size = 10Q", "max-size"),
            List.of("max-sise = 10M", "max-sise"),
            List.of("max-recipients = many", "max-recipients"),
            List.of("no equals sign", "posthouse.conf:"),
            List.of("banner = ${nowhere}", "nowhere"));

    @TempDir
    Path home;

    @Test
    void twentyReloadsUnderLoadHalfOfThemWithMistakes() throws Exception {
        try (var server = new Server(home).configure(StraightPathIT.CONF).start()) {
            var load = new Load(server.port("mx"), 4, 100);
            try (load) {
                for (int i = 0; i < RELOADS; i++) {
                    boolean wrong = i % 2 == 1;
                    var mistake = MISTAKES.get(i / 2 % MISTAKES.size());
                    var good = StraightPathIT.CONF + "\n[protocol-smtp]\nbanner = reload " + i + "\n[store-maildir]\nline-ends = "
                            + (i % 4 == 0 ? "crlf" : "lf") + "\n";
                    var bad = StraightPathIT.CONF + "\n[store-maildir]\nline-ends = crlf\n[protocol-smtp]\nmax-errors = 3\n"
                            + mistake.getFirst() + "\n";
                    Files.writeString(home.resolve("conf/posthouse.conf"), wrong ? bad : good);
                    var said = server.command("reload");
                    assertEquals(wrong ? 1 : 0, said.status(), said.err());
                    if (wrong) {
                        assertTrue(said.err().contains(mistake.getLast()) && said.err().contains("posthouse.conf:"), said.err());
                    }
                    assertTrue(greeting(server).contains("reload " + (wrong ? i - 1 : i)), greeting(server));
                    Thread.sleep(200);
                }
            }
            assertEquals(List.of(), load.troubles());
            assertEquals(load.accepted(), SwapIT.numbersInMailbox(server, false));
            System.out.printf("reloads=%d sent=%d%n", RELOADS, load.sent());
        }
    }

    @Test
    void listenersComeAndGoAndPortsThatAreTakenChangeNothing() throws Exception {
        try (var server = new Server(home).configure(StraightPathIT.CONF).start()) {
            var taken = server.port("pop3");
            var more = StraightPathIT.CONF + "\n[listener two]\naddress = 127.0.0.1\nprotocol = smtp\nport = " + taken + "\n";
            Files.writeString(home.resolve("conf/posthouse.conf"), more);
            var said = server.command("reload");
            assertEquals(1, said.status());
            assertTrue(said.err().contains("port"), said.err());
            Files.writeString(home.resolve("conf/posthouse.conf"), more.replace("port = " + taken, "port = 0"));
            assertEquals(0, server.command("reload").status());
            assertTrue(server.command("status").out().contains("two"));
            Files.writeString(home.resolve("conf/posthouse.conf"), StraightPathIT.CONF);
            assertEquals(0, server.command("reload").status());
            assertTrue(!server.command("status").out().contains("two"));
        }
    }

    private static String greeting(Server server) throws Exception {
        try (var line = new Line(server.port("mx"))) {
            return line.line();
        }
    }
}
