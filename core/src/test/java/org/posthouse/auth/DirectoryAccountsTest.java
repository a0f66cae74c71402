package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.config.Values;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Listener;
import org.posthouse.net.Peer;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.net.TestPeers;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.state.MemoryStates;
import org.posthouse.swap.Plugins;

class DirectoryAccountsTest {
    private static final Peer CLIENT = TestPeers.peer("192.0.2.7");
    private static final ScriptedConnection CONNECTION = new ScriptedConnection(CLIENT);
    private static final ScriptedConnection SECURE = new ScriptedConnection(TestPeers.peer("192.0.2.7", Listener.Tls.IMPLICIT));

    private final Plugins<Directory> plugins = new Plugins<>("directory");
    private final MemoryDirectory directory = new MemoryDirectory();
    private final MemoryTrace trace = new MemoryTrace();
    private final MemoryMetrics metrics = new MemoryMetrics();
    private DirectoryAccounts accounts;

    @BeforeEach void arrive(@TempDir Path home) {
        accounts = accounts(home);
        plugins.arrive("directory-memory", directory.with("ann@here.example", "secret").with("bob@other.example", "pâss"), Map.of());
    }

    private DirectoryAccounts accounts(Path home) {
        return new DirectoryAccounts(new DirectoryAccounts.Rooms(new Directories(plugins), new FixedSite("mail.here.example", "here.example"),
                new MemoryStates(Clock.systemUTC()), new HomeDisk(home), trace, metrics, Clock.systemUTC()));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String plain(String message) throws Exception {
        var step = accounts.sasl("PLAIN", CONNECTION).orElseThrow().respond(octets(message));
        return assertInstanceOf(Sasl.Step.Done.class, step).account().name();
    }

    private String code(String plainMessage) {
        return assertThrows(Refusal.class, () -> plain(plainMessage)).status().code();
    }

    @Test void completesANameWithoutDomainAndFoldsItsCase() throws Exception {
        assertEquals("ann@here.example", plain("\0Ann\0secret"));
        assertEquals("ann@here.example", plain("\0ANN@Here.Example\0secret"));
        assertEquals("bob@other.example", plain("\0bob@other.example\0pâss"));
    }

    @Test void plainRefusesToActAsSomebodyElse() throws Exception { // RFC 4616 §2
        assertEquals("ann@here.example", plain("ann\0ann@here.example\0secret"));
        assertEquals("5.7.8", code("bob@other.example\0ann\0secret"));
    }

    @Test void plainRefusesWhatIsNotOneMessageOfThreeParts() {
        for (var bad : List.of("", "ann", "ann\0secret", "\0ann\0secret\0", "\0ann\0sec\0ret")) {
            assertEquals("5.5.2", code(bad), bad);
        }
        assertEquals("5.5.2", code("\0ann\0" + "x".repeat(3000)));
        assertEquals("5.7.8", code("\0\0secret"));
        assertEquals("5.7.8", code("\0ann\0"));
        assertEquals("5.7.8", code("\0@\0secret"));
    }

    @Test void plainRefusesBadUtf8() {
        byte[] message = {0, 'a', 'n', 'n', 0, (byte) 0xc3};
        var refusal = assertThrows(Refusal.class, () -> accounts.sasl("PLAIN", CONNECTION).orElseThrow().respond(message));
        assertEquals("5.5.2", refusal.status().code());
    }

    @Test void namesAndPasswordsArePreparedBySaslprep() throws Exception { // RFC 4013 §3
        assertEquals("bob@other.example", plain("\0bob@other.example\0p\u0061\u0302ss"));
        assertEquals("bob@other.example", plain("\0\uff42ob@other.example\0p\u00ad\u00e2ss"));
        directory.with("cat@here.example", "a b");
        assertEquals("cat@here.example", plain("\0cat\0a\u00a0b"));
        assertEquals("5.7.8", code("\0ann\0secret\u0007"));
    }

    @Test void aNameCannotWriteKeysIntoTheLog() {
        assertEquals("5.7.8", code("\0eve address=203.0.113.9 why=wrong\0secret"));
        assertEquals("5.7.8", code("\0eve\u00a0address=203.0.113.9\0secret"));
        assertEquals(List.of(), trace.events());
    }

    @Test void loginAsksForNameAndPassword() throws Exception {
        var sasl = accounts.sasl("login", CONNECTION).orElseThrow();
        assertArrayEquals(octets("Username:"), assertInstanceOf(Sasl.Step.Challenge.class, sasl.begin()).octets());
        assertArrayEquals(octets("Password:"), assertInstanceOf(Sasl.Step.Challenge.class, sasl.respond(octets("ann"))).octets());
        assertEquals(new Sasl.Step.Done(new AccountId("ann@here.example")), sasl.respond(octets("secret")));
    }

    @Test void wrongPasswordAndUnknownUserLookAlikeToTheClientOnly() {
        var wrong = assertThrows(Refusal.class, () -> plain("\0ann\0nope")).status();
        var unknown = assertThrows(Refusal.class, () -> plain("\0eve\0nope")).status();
        assertEquals(wrong, unknown);
        assertEquals("5.7.8", wrong.code());
        assertEquals(List.of("wrong", "no-such-user"), trace.events().stream().map(e -> e.values().get("why")).toList());
    }

    @Test void eventsNameAccountMechanismAndAddressAndNeverThePassword() throws Exception {
        plain("\0ann\0secret");
        assertThrows(Refusal.class, () -> accounts.login("ann", "n0pe".toCharArray(), CLIENT));
        assertEquals(List.of("login", "login-failed"), trace.story(CLIENT.session().text()));
        assertEquals("{account=ann@here.example, mechanism=PLAIN, address=192.0.2.7}", trace.events().get(0).values().toString());
        assertEquals("{account=ann@here.example, mechanism=password, address=192.0.2.7, why=wrong}", trace.events().get(1).values().toString());
        assertEquals(1, metrics.counted("logins", "mechanism", "PLAIN", "result", "right"));
    }

    @Test void wipesThePasswordWhateverHappens() throws Exception {
        for (var text : List.of("secret", "wrong", "")) {
            char[] password = text.toCharArray();
            try {
                accounts.login("ann", password, CLIENT);
            } catch (Refusal expected) {
                assertFalse(text.equals("secret"));
            }
            assertArrayEquals(new char[text.length()], password);
        }
        byte[] message = octets("\0ann\0secret");
        accounts.sasl("PLAIN", CONNECTION).orElseThrow().respond(message);
        assertArrayEquals(new byte[message.length], message);
    }

    @Test void refusesTheRightPasswordAfterTwentyFailuresButNotBefore() throws Exception {
        for (int i = 0; i < 19; i++) {
            assertEquals("5.7.8", code("\0ann\0nope"));
        }
        plain("\0ann\0secret");
        for (int i = 0; i < 20; i++) {
            assertEquals("5.7.8", code("\0eve\0nope"));
        }
        assertEquals("4.7.0", code("\0bob@other.example\0p\u00e2ss"));
        plain("\0ann\0secret");
    }

    @Test void aDirectoryThatIsAwayIsTemporaryAndCountsNothing() throws Exception {
        directory.failing(true);
        for (int i = 0; i < 30; i++) {
            assertEquals("4.7.0", code("\0ann\0secret"));
        }
        directory.failing(false);
        plain("\0ann\0secret");
    }

    @Test void readsItsSettings() {
        accounts.configure(new Values("", Map.of("login-failures", "1", "login-window", "1m", "login-lockout", "1m",
                "login-at-once", "16", "login-at-once-address", "4")));
        assertEquals("5.7.8", code("\0ann\0nope"));
        assertEquals("4.7.0", code("\0ann\0secret"));
        assertThrows(BadSetting.class, () -> accounts.configure(
                new Values("", Map.of("login-failures", "0", "login-window", "1m", "login-lockout", "1m",
                "login-at-once", "16", "login-at-once-address", "4"))));
    }

    @Test void junkEndsInARefusalAndNothingElse() throws Exception {
        var random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            var junk = new byte[random.nextInt(40)];
            for (int k = 0; k < junk.length; k++) {
                junk[k] = (byte) (random.nextInt(4) == 0 ? 0 : random.nextInt(256));
            }
            for (var mechanism : accounts.mechanisms(CONNECTION)) {
                var sasl = accounts.sasl(mechanism, CONNECTION).orElseThrow();
                try {
                    sasl.respond(junk.clone());
                    sasl.respond(junk.clone());
                } catch (Refusal expected) {
                    assertFalse(expected.status().success());
                }
            }
        }
    }

    private String scram(String name, String password, ScriptedConnection connection, String type) throws Exception {
        var client = new ScramClient(name, password, "rOprNGfwEbeRWgbNEkqO",
                type.isEmpty() ? ScramClient.Binding.NONE : new ScramClient.Binding(type, connection.channelBinding("tls-exporter").orElseThrow()));
        var sasl = accounts.sasl(type.isEmpty() ? "SCRAM-SHA-256" : "SCRAM-SHA-256-PLUS", connection).orElseThrow();
        return client.logIn(sasl).name();
    }

    private String scramCode(String name, String password) {
        return assertThrows(Refusal.class, () -> scram(name, password, SECURE, "tls-exporter")).status().code();
    }

    @Test void scramIsOfferedWhereADirectoryKeepsItsKeysAndBoundWhereThereIsTls() throws Exception {
        assertEquals(List.of("PLAIN", "LOGIN"), accounts.mechanisms(SECURE));
        assertTrue(accounts.sasl("SCRAM-SHA-256", SECURE).isEmpty());
        directory.keepingSecrets(true);
        assertEquals(List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"), accounts.mechanisms(SECURE));
        assertEquals(List.of("SCRAM-SHA-256", "PLAIN", "LOGIN"), accounts.mechanisms(CONNECTION));
        assertTrue(accounts.sasl("SCRAM-SHA-256-PLUS", CONNECTION).isEmpty());
    }

    @Test void logsInByScram() throws Exception {
        directory.keepingSecrets(true);
        assertEquals("ann@here.example", scram("Ann", "secret", CONNECTION, ""));
        assertEquals("bob@other.example", scram("bob@other.example", "pâss", SECURE, "tls-exporter"));
        assertEquals(1, metrics.counted("logins", "mechanism", "SCRAM-SHA-256-PLUS", "result", "right"));
    }

    @Test void whyScramFailedIsForTheOperatorOnly() throws Exception {
        directory.keepingSecrets(true);
        directory.withoutSecrets("bob@other.example");
        assertEquals("5.7.8", scramCode("ann", "nope"));
        assertEquals("5.7.8", scramCode("eve", "nope"));
        assertEquals("5.7.8", scramCode("bob@other.example", "pâss"));
        assertEquals(List.of("wrong", "no-such-user", "no-scram-keys"), trace.events().stream().map(e -> e.values().get("why")).toList());
    }

    @Test void whoIsNotThereGetsTheSameSaltEachTimeAndAfterARestart(@TempDir Path home) throws Exception {
        directory.keepingSecrets(true);
        accounts = accounts(home);
        var salt = salt("eve");
        assertEquals(salt, salt("eve"));
        assertFalse(salt.equals(salt("mallory")));
        assertEquals(salt("ann").length(), salt.length());
        accounts = accounts(home);
        assertEquals(salt, salt("eve"));
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(home.resolve("var/state/salts"))));
    }

    private String salt(String name) throws Exception {
        var step = accounts.sasl("SCRAM-SHA-256", CONNECTION).orElseThrow().respond(octets("n,,n=" + name + ",r=abc"));
        var text = new String(assertInstanceOf(Sasl.Step.Challenge.class, step).octets(), StandardCharsets.UTF_8);
        return text.substring(text.indexOf(",s="));
    }

    @Test void failedProofsLockOutAndSayForHowLong() throws Exception {
        directory.keepingSecrets(true);
        for (int i = 0; i < 20; i++) {
            assertEquals("5.7.8", scramCode("ann", "nope"));
        }
        var refusal = assertThrows(Refusal.class, () -> scram("ann", "secret", CONNECTION, ""));
        assertEquals("4.7.0 Too many failed log-ins, try again in 5 minutes", refusal.status().toString());
        assertEquals(1, metrics.counted("login_lockouts", "of", "account"));
        assertTrue(trace.story(CLIENT.session().text()).contains("locked-out"));
    }
}
