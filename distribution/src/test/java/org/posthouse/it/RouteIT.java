package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the running server sends mail, from whom it takes it, and what its commands say of that. */
final class RouteIT {
    private static final String CONF = StraightPathIT.CONF.replace("domains  = example.test", "domains = example.test, other.test") + """

            [routing]
            srs = yes
            relay-domains = backup.example
            relay-recipients = zoe@backup.example
            recipient-canonical = sales@example.test -> bob@example.test

            [route look]
            to = forward.example, backup.example
            via = hold:a first look

            [route moved]
            to = gone@example.test
            via = error:5.1.6 has moved to example.org

            [route nothing]
            to = void@example.test
            via = discard
            """;

    @TempDir
    Path home;

    private Server server(String conf) throws IOException, InterruptedException {
        var server = new Server(home).configure(conf);
        Files.writeString(home.resolve("conf/aliases"), """
                team@example.test: :include:lists/team, bob
                out@example.test: zoe@forward.example
                @other.test -> @example.test
                """);
        Files.createDirectories(home.resolve("conf/lists"));
        Files.writeString(home.resolve("conf/lists/team"), "# readers\nann\n");
        return server.start();
    }

    @Test
    void aliasesListsDomainsAndRoutesDecideAtTheDoor() throws Exception {
        try (var server = server(CONF); var smtp = new Smtp(server.port("mx"))) {
            assertTrue(smtp.message("carl@strange.example", "team+x@other.test", "Subject: to both\r\n\r\n").startsWith("250"));
            assertTrue(smtp.message("carl@strange.example", "sales@example.test", "Subject: to bob\r\n\r\n").startsWith("250"));
            assertTrue(smtp.message("carl@strange.example", "void@example.test", "Subject: nowhere\r\n\r\n").startsWith("250"));
            assertTrue(smtp.message("carl@strange.example", "gone@example.test", "\r\n").startsWith("550 5.1.6 has moved"));
            assertTrue(smtp.message("carl@strange.example", "nobody@other.test", "\r\n").startsWith("550 5.1.1"));
            assertTrue(smtp.message("carl@strange.example", "nobody@backup.example", "\r\n").startsWith("550 5.1.1"));
            assertTrue(smtp.message("carl@strange.example", "zoe@backup.example", "Subject: b\r\n\r\n").startsWith("250"));
            assertTrue(smtp.message("carl@strange.example", "out@example.test", "Subject: f\r\n\r\n").startsWith("250"));
            try (var ann = new Pop3(server.port("pop3"), "ann", "secret"); var bob = new Pop3(server.port("pop3"), "bob", "secret")) {
                assertEquals(1, ann.count());
                assertEquals(2, bob.count());
            }
            var list = server.command("queue", "list", "--json").out();
            assertEquals(2, list.lines().count(), list);
            assertTrue(list.contains("\"to\":\"zoe@backup.example\",\"where\":\"smtp:backup.example\""), list);
            assertTrue(list.contains("\"from\":\"SRS0=") && list.contains("\"held\":\"a first look\""), list);
            var srs = list.replaceAll("(?s).*\"from\":\"(SRS0=[^\"]*)\".*", "$1");
            smtp.command("MAIL FROM:<>", "250");
            smtp.command("RCPT TO:<" + srs + ">", "250");
            smtp.command("RCPT TO:<" + srs.replace("carl", "karl") + ">", "550");
            smtp.command("RSET", "250");
        }
    }

    @Test
    void theCommandsTellAndDecide() throws Exception {
        try (var server = server(CONF)) {
            var route = server.command("route", "out@other.test", "--from", "carl@strange.example");
            assertEquals(0, route.status());
            assertTrue(route.out().contains("<out@other.test> is another name of <out@example.test>") && route.out().contains("as from <SRS0="), route.out());
            assertEquals(1, server.command("route", "nobody@example.test").status());
            try (var smtp = new Smtp(server.port("mx"))) {
                for (var from : List.of("carl@strange.example", "dora@strange.example", "dora@other.example")) {
                    assertTrue(smtp.message(from, "zoe@backup.example", "Subject: b\r\n\r\n").startsWith("250"));
                }
            }
            assertEquals("1 message\n", server.command("queue", "remove", "--sender", "carl@strange.example").out());
            assertEquals("1 message\n", server.command("queue", "hold", "--sender", "strange.example", "--reason", "first LOOK").out());
            assertEquals(2, server.command("queue", "list", "--json", "--destination", "backup.example").out().lines().count());
            assertEquals("2 messages\n", server.command("queue", "requeue", "--recipient", "backup.example").out());
            assertEquals("2 messages\n", server.command("queue", "remove", "--all").out());
            assertEquals(2, server.command("queue", "remove").status());
        }
    }

    @Test
    void strangersRelayThroughNoListener() throws Exception {
        try (var server = server(CONF + Sections.SUBMISSION)) {
            var doctor = server.command("doctor", "relay");
            assertEquals(0, doctor.status(), doctor.out() + doctor.err());
            assertTrue(doctor.out().endsWith("0 taken of 30 tricks at each of 3 listeners\n"), doctor.out());
            assertFalse(doctor.out().contains("unanswered"), doctor.out());
            Files.writeString(home.resolve("conf/posthouse.conf"), CONF.replace("port     = 0\n\n[listener pop3]",
                    "port     = 0\nrelay-from = 127.0.0.0/25\n\n[listener pop3]"));
            assertEquals(0, server.command("reload").status());
            assertEquals(0, server.command("doctor", "relay").status(), "it comes from an address that is not trusted");
            Files.writeString(home.resolve("conf/posthouse.conf"), CONF.replace("port     = 0\n\n[listener pop3]",
                    "port     = 0\nrelay-from = 127.0.0.0/8\n\n[listener pop3]"));
            assertEquals(0, server.command("reload").status());
            var trusted = server.command("doctor", "relay");
            assertEquals(1, trusted.status());
            assertTrue(trusted.err().contains("relay-from"), trusted.err());
        }
    }

    @Test
    void aMistakeIsNamedWithItsLine() throws Exception {
        try (var server = server(CONF)) {
            Files.writeString(home.resolve("conf/posthouse.conf"), CONF + "\n[route bad]\nvia = smpt:[a.example]\n");
            var check = server.command("check");
            assertEquals(1, check.status());
            assertTrue(check.err().matches("(?s).*posthouse\\.conf:\\d+: via: there is no transport smpt; write smtp\n"), check.err());
        }
    }

    @Test
    void aSmarthostGetsWhatUsersSendAndItsFallbackWhatItDoesNotTake() throws Exception {
        try (var sink = new Sink()) {
            var conf = StraightPathIT.CONF.replace("port     = 0\n\n[listener pop3]", "port     = 0\nrelay-from = 127.0.0.0/8\n\n[listener pop3]")
                    + "\n[routing]\npreset = smarthost\nsmarthost = smtp:[127.0.0.1]:9, smtp:[127.0.0.1]:" + sink.port() + "\n";
            try (var server = server(conf); var smtp = new Smtp(server.port("mx"))) {
                assertTrue(smtp.message("ann@example.test", "zoe@elsewhere.example", "Subject: by the second\r\n\r\n").startsWith("250"));
                Soon.happens(() -> sink.lines().contains("Subject: by the second"), () -> server.log() + sink.lines());
                assertTrue(sink.lines().stream().anyMatch(l -> l.startsWith("RCPT TO:<zoe@elsewhere.example>")));
                Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), server::log);
            }
        }
    }

    /** Another host that takes everything and keeps the lines. */
    private static final class Sink implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Sink() throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try {
                        var client = socket.accept();
                        Thread.ofVirtual().start(() -> serve(client));
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        List<String> lines() {
            return lines;
        }

        private void serve(Socket client) {
            try (client; var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
                say(client, "220 sink.example");
                boolean data = false;
                for (var line = in.readLine(); line != null; line = in.readLine()) {
                    lines.add(line);
                    if (data ? line.equals(".") : !line.equals("DATA")) {
                        data = false;
                        say(client, line.equals("QUIT") ? "221 bye" : "250 ok");
                    } else if (!data) {
                        data = true;
                        say(client, "354 go on");
                    }
                }
            } catch (IOException gone) {
                // the other side may leave
            }
        }

        private static void say(Socket client, String line) throws IOException {
            client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
