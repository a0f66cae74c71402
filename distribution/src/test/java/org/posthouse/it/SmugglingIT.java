package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Nothing that looks like the end of a message to some other server ends one here (RFC 5321 §4.1.1.4), and nothing said in the
 * clear counts once TLS is on (RFC 3207 §4.2, RFC 2595 §4).
 */
@OnEachStore
final class SmugglingIT {
    /** What some server, somewhere, has taken for CRLF . CRLF; letters beyond ASCII stand for octets. */
    private static final List<String> ENDS = List.of(
            "\n.\n", "\n.\r", "\n.\r\n", "\r.\r", "\r.\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n.\n\r\n", "\r\n.\r\r\n", "\r\n.\r.\r\n",
            "\r\r\n.\r\r\n", "\n\r\n.\n\r\n", "\n\n.\r\n", "\n\r.\n\r", "\n..\n", "\r\n..\r\n", "\r\n...\r\n",
            "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\0\n.\r\n", "\r\n.\r\0\n",
            "\r\n .\r\n", "\r\n. \r\n", "\r\n.\t\r\n", "\r\n.\u000b\r\n", "\r\n.\f\r\n", "\u000b.\u000b", "\f.\f",
            "\u0085.\u0085", "\r\n.\u0085", octets("\u0085.\u0085"), octets("\u2028.\u2028"), octets("\r\n\uff0e\r\n"),
            octets("\r\n\u2024\r\n"), "\u008d\u008a.\u008d\u008a", "\u00c0\u008d\u00c0\u008a.\u00c0\u008d\u00c0\u008a",
            "\\r\\n.\\r\\n", "=0D=0A.=0D=0A");
    private static final String SECOND = "MAIL FROM:<smuggled@example.org>\r\nRCPT TO:<ann@example.test>\r\nDATA\r\n"
            + "X-Number: 999\r\nSubject: smuggled\r\n\r\nowned";

    @TempDir
    static Path homes;

    @Parameter
    String store;

    private static Path home;
    private static Server server;

    @BeforeParameterizedClassInvocation
    static void start(String store) throws IOException, InterruptedException {
        home = homes.resolve(store);
        server = new Server(home).configure(conf(store)).start();
    }

    private static String conf(String store) {
        return Sections.store(store) + StraightPathIT.CONF + Sections.SUBMISSION + Sections.POP3_TLS;
    }

    @AfterParameterizedClassInvocation
    static void stop() throws InterruptedException {
        server.close();
    }

    @Test
    void onlyTheTrueEndEndsAMessage() throws Exception {
        assertEquals(taken("\0|\r(?!\n)"), sendAll(0));
        server.configure(conf(store) + "\n[protocol-smtp]\nbare-line-feeds = refuse\n");
        assertEquals("", server.command("reload").err());
        try {
            assertEquals(taken("\0|\r(?!\n)|(?<!\r)\n"), sendAll(100));
        } finally {
            server.configure(conf(store)).command("reload");
        }
        var control = sendInOneGo(1000, "\r\n.\r\n");
        assertEquals(3 + 2 + 1, control.size(), "the true end was not seen: " + control);
        assertTrue(numbers("ann").contains(999));
    }

    /** Which of them are a message's text, and which are none that is taken. */
    private static List<String> taken(String refused) {
        return ENDS.stream().filter(end -> !Pattern.compile(refused).matcher(end).find()).map(SmugglingIT::shown).toList();
    }

    /** Those that were taken, as one message each. */
    private static List<String> sendAll(int from) throws IOException {
        var accepted = new ArrayList<Integer>();
        for (int i = 0; i < ENDS.size(); i++) {
            var replies = sendInOneGo(from + i, ENDS.get(i));
            assertEquals(2, replies.size(), shown(ENDS.get(i)) + " made more than one message: " + replies);
            assertTrue(replies.getFirst().matches("250 .*|554 5\\.6\\.0 .*"), shown(ENDS.get(i)) + " " + replies);
            assertTrue(replies.getLast().startsWith("221"), replies.toString());
            if (replies.getFirst().startsWith("250")) {
                accepted.add(from + i);
            }
        }
        assertEquals(accepted, numbers("ann").stream().filter(n -> n >= from).toList());
        return accepted.stream().map(n -> shown(ENDS.get(n - from))).toList();
    }

    /** MAIL, RCPT and DATA, then everything else at once; the replies after 354. */
    private static List<String> sendInOneGo(int number, String end) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.command("MAIL FROM:<carl@example.org>", "250");
            smtp.command("RCPT TO:<ann@example.test>", "250");
            smtp.command("DATA", "354");
            smtp.send("X-Number: " + number + "\r\nSubject: outer\r\n\r\nfirst" + end + SECOND + "\r\n.\r\nQUIT\r\n");
            return smtp.rest().lines().toList();
        }
    }

    /** X-Number of all messages, sorted; none may have a CR or LF alone, and each must end where POP3 says. */
    private static List<Integer> numbers(String user) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            var numbers = new TreeMap<Integer, String>();
            int count = pop.count();
            for (int i = 1; i <= count; i++) {
                pop.command("RETR " + i);
                var text = new String(pop.until("\r\n.\r\n"), StandardCharsets.ISO_8859_1);
                assertEquals("", text.replace("\r\n", "").replaceAll("[^\r\n]", ""), "a lone CR or LF in " + text);
                var number = text.lines().filter(l -> l.startsWith("X-Number: ")).findFirst().orElseThrow();
                numbers.put(Integer.valueOf(number.substring(10)), text);
            }
            assertTrue(pop.command("NOOP").startsWith("+OK"));
            assertEquals(count, numbers.size());
            return List.copyOf(numbers.keySet());
        }
    }

    /** Another program's delivery, with the line ends of Unix and of the net. */
    @Test
    void pop3HandsOutWholeLinesWhateverEndsThemInTheStore() throws Exception {
        try (var smtp = new Smtp(server.port("mx"))) {
            assertTrue(smtp.message("carl@example.org", "bob@example.test", "X-Number: 1\r\n\r\nbody\r\n").startsWith("250"));
        }
        ForeignMail.drop(home, store, "bob", "X-Number: 2\nSubject: foreign\n\n.\n..\r\na\n\n\r\nb\n.\n+OK\nlast");
        assertEquals(List.of(1, 2), numbers("bob"));
    }

    @Test
    void whatIsSaidWithStartTlsIsNotHeardInsideTls() throws Exception {
        int before = numbers("ann").size();
        for (var listener : List.of("mx", "submission")) {
            for (var said : List.of("STARTTLS\r\nEHLO injected.example\r\n", "starttls\r\nRSET\r\n", "STARTTLS\r\nNOOP\r\nNOOP\r\n",
                    "STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n", "STARTTLS\r\n\r\n", "STARTTLS\r\nX",
                    "STARTTLS\r\nEHLO injected.example\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "STARTTLS\r\n" + SECOND + "\r\n.\r\n")) {
                try (var smtp = new Smtp(server.port(listener))) {
                    smtp.send(said);
                    var goAhead = smtp.line();
                    if (handshaken(smtp, goAhead, "220")) {
                        assertEquals("", smtp.within(200), "answered inside TLS: " + said);
                        assertTrue(smtp.command("VRFY ann").startsWith("252"), said);
                        smtp.command("RCPT TO:<ann@example.test>", "503");
                        smtp.command("EHLO client.example", "250");
                        smtp.command("MAIL FROM:<ann@example.test>", listener.equals("mx") ? "250" : "530");
                    }
                }
            }
        }
        assertEquals(before, numbers("ann").size());
    }

    @Test
    void whatIsSaidWithStlsIsNotHeardInsideTls() throws Exception {
        for (var said : List.of("STLS\r\nCAPA\r\n", "stls\r\nUSER ann\r\n", "STLS\r\nQUIT\r\n", "STLS\r\nC")) {
            try (var pop = new Line(server.port("pop3tls"))) {
                assertTrue(pop.line().startsWith("+OK"));
                pop.send(said);
                var goAhead = pop.line();
                if (handshaken(pop, goAhead, "+OK")) {
                    assertEquals("", pop.within(300), "answered inside TLS: " + said);
                    pop.send("PASS secret\r\n");
                    assertTrue(pop.line().startsWith("-ERR"), "USER was taken over into TLS");
                }
            }
        }
    }

    /** Refusing the command or breaking off is as good as dropping what came too early. */
    private static boolean handshaken(Line line, String goAhead, String code) {
        if (!goAhead.startsWith(code)) {
            return false;
        }
        try {
            line.tls();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void nothingIsTakenOverIntoTls() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.command("MAIL FROM:<carl@example.org>", "250");
            if (smtp.command("STARTTLS").startsWith("220")) {
                smtp.tls();
                smtp.command("RCPT TO:<ann@example.test>", "503");
                smtp.command("MAIL FROM:<carl@example.org>", "503");
                smtp.command("EHLO client.example", "250");
            }
        }
        try (var pop = new Line(server.port("pop3tls"))) {
            assertTrue(pop.line().startsWith("+OK"));
            pop.send("USER ann\r\nPASS secret\r\n");
            assertTrue(pop.line().startsWith("-ERR") && pop.line().startsWith("-ERR"), "a password was taken in the clear");
        }
    }

    @Test
    void tlsBeginsOnce() throws IOException {
        for (var listener : List.of("mx", "submission", "submissions")) {
            try (var smtp = secure(listener)) {
                smtp.send("EHLO client.example\r\n");
                for (var line = smtp.line(); line.startsWith("250-"); line = smtp.line()) {
                    assertTrue(!line.contains("STARTTLS"), line);
                }
                smtp.command("STARTTLS", "503");
            }
        }
        try (var pop = new Line(server.port("pop3tls"))) {
            assertTrue(pop.line().startsWith("+OK"));
            pop.send("STLS\r\n");
            assertTrue(pop.line().startsWith("+OK"));
            pop.tls();
            pop.send("STLS\r\n");
            assertTrue(pop.line().startsWith("-ERR"));
            pop.send("USER ann\r\nPASS secret\r\nSTLS\r\n");
            assertTrue(pop.line().startsWith("+OK") && pop.line().startsWith("+OK"));
            assertTrue(pop.line().startsWith("-ERR"));
        }
    }

    private static Smtp secure(String listener) throws IOException {
        if (listener.equals("submissions")) {
            return Smtp.overTls(server.port(listener));
        }
        var smtp = new Smtp(server.port(listener));
        smtp.startTls();
        return smtp;
    }

    private static String octets(String utf8) {
        return new String(utf8.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String shown(String end) {
        var text = new StringBuilder();
        end.chars().forEach(c -> text.append(c < ' ' || c > '~' ? "<%02X>".formatted(c) : String.valueOf((char) c)));
        return text.toString();
    }
}
