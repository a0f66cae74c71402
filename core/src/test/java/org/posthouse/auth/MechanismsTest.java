package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.config.Values;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.net.FixedSite;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.net.TestPeers;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.state.MemoryStates;
import org.posthouse.swap.Plugins;

/** CRAM-MD5 and DIGEST-MD5 with the JDK's clients, OAUTHBEARER and XOAUTH2 by hand. */
class MechanismsTest {
    private static final ScriptedConnection CLIENT = new ScriptedConnection(TestPeers.peer("192.0.2.7"));

    private final Plugins<Directory> plugins = new Plugins<>("directory");
    private final MemoryDirectory directory = new MemoryDirectory().with("ann@here.example", "s\u00e9cret").with("bob@here.example", "\u0437aa");
    private final MemoryTrace trace = new MemoryTrace();
    private DirectoryAccounts accounts;

    @BeforeEach void arrive(@TempDir Path home) {
        accounts = new DirectoryAccounts(new DirectoryAccounts.Rooms(new Directories(plugins), new FixedSite("mail.here.example", "here.example"),
                new MemoryStates(Clock.systemUTC()), new HomeDisk(home), trace, new MemoryMetrics(), Clock.systemUTC()));
        plugins.arrive("directory-memory", directory, Map.of());
    }

    private void configure(String mechanisms) {
        accounts.configure(new Values("", Map.of("challenge-mechanisms", mechanisms, "login-failures", "5", "login-window", "15m", "login-lockout", "5m",
                "login-at-once", "16", "login-at-once-address", "4")));
    }

    private static SaslClient client(String mechanism, String user, String password) throws SaslException {
        return javax.security.sasl.Sasl.createSaslClient(new String[] {mechanism}, null, "smtp", "mail.here.example", Map.of(), callbacks -> {
            for (Callback callback : callbacks) {
                switch (callback) {
                    case NameCallback name -> name.setName(user);
                    case PasswordCallback secret -> secret.setPassword(password.toCharArray());
                    case RealmCallback realm -> realm.setText(realm.getDefaultText());
                    default -> throw new IllegalArgumentException(callback.toString());
                }
            }
        });
    }

    /** The account, by the client's and our side of the exchange. */
    private String login(String mechanism, String user, String password) throws Exception {
        var client = client(mechanism, user, password);
        var server = accounts.sasl(mechanism, CLIENT).orElseThrow();
        var step = server.begin();
        while (step instanceof Sasl.Step.Challenge(var octets)) {
            var answer = client.evaluateChallenge(octets);
            step = server.respond(answer == null ? new byte[0] : answer);
        }
        assertTrue(client.isComplete());
        return ((Sasl.Step.Done) step).account().name();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRAM-MD5", "DIGEST-MD5"})
    void whoKnowsThePasswordIsLetIn(String mechanism) throws Exception {
        configure("CRAM-MD5, DIGEST-MD5");
        assertEquals("ann@here.example", login(mechanism, "Ann", "s\u00e9cret"));
        assertEquals("bob@here.example", login(mechanism, "bob@here.example", "\u0437aa"));
        assertEquals("5.7.8", assertThrows(Refusal.class, () -> login(mechanism, "ann", "wrong")).status().code());
        assertEquals("5.7.8", assertThrows(Refusal.class, () -> login(mechanism, "nobody", "?")).status().code());
        directory.withoutSecrets("ann@here.example");
        assertEquals("5.7.8", assertThrows(Refusal.class, () -> login(mechanism, "ann", "s\u00e9cret")).status().code());
        assertTrue(trace.events().stream().anyMatch(e -> "no-readable-password".equals(e.values().get("why"))));
        directory.failing(true);
        assertEquals("4.7.0", assertThrows(Refusal.class, () -> login(mechanism, "bob", "\u0437aa")).status().code());
    }

    @Test void theyAreOfferedOnlyWhereTheConfigurationSaysSo() {
        assertTrue(accounts.sasl("CRAM-MD5", CLIENT).isEmpty() && accounts.sasl("DIGEST-MD5", CLIENT).isEmpty());
        assertEquals(List.of("PLAIN", "LOGIN"), accounts.mechanisms(CLIENT));
        configure("CRAM-MD5");
        assertEquals(List.of("CRAM-MD5", "PLAIN", "LOGIN"), accounts.mechanisms(CLIENT));
        assertTrue(accounts.sasl("DIGEST-MD5", CLIENT).isEmpty());
        assertThrows(BadSetting.class, () -> configure("CRAM-SHA1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRAM-MD5", "DIGEST-MD5"})
    void whoFailsTooOftenIsLockedOutHereToo(String mechanism) {
        configure("CRAM-MD5, DIGEST-MD5");
        for (int i = 0; i < 5; i++) {
            assertThrows(Refusal.class, () -> login(mechanism, "ann", "wrong"));
        }
        assertEquals("4.7.0", assertThrows(Refusal.class, () -> login(mechanism, "ann", "s\u00e9cret")).status().code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"CRAM-MD5|ann", "CRAM-MD5|ann 12", "CRAM-MD5|''", "DIGEST-MD5|username=ann", "DIGEST-MD5|''", "DIGEST-MD5|a=\"", "DIGEST-MD5|=,=",
        "DIGEST-MD5|nonce=x,nonce=x"})
    void whatTheMechanismDoesNotAllowIsSaid(String mechanism, String answer) throws Exception {
        configure("CRAM-MD5, DIGEST-MD5");
        var server = accounts.sasl(mechanism, CLIENT).orElseThrow();
        assertEquals("5.5.2", assertThrows(Refusal.class, () -> server.respond(octets(answer))).status().code());
        var begun = accounts.sasl(mechanism, CLIENT).orElseThrow();
        begun.begin();
        assertEquals("5.5.2", assertThrows(Refusal.class, () -> begun.respond(octets(answer))).status().code());
    }

    private static byte[] octets(String text) {
        return text.replace('^', '\u0001').getBytes(StandardCharsets.UTF_8);
    }

    @Test void tokensAreOfferedOnlyWhereADirectoryChecksThem() {
        assertTrue(accounts.sasl("OAUTHBEARER", CLIENT).isEmpty() && accounts.sasl("XOAUTH2", CLIENT).isEmpty());
        directory.token("t0", "ann@here.example");
        assertEquals(List.of("PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"), accounts.mechanisms(CLIENT));
        directory.failing(true);
        assertFalse(accounts.sasl("OAUTHBEARER", CLIENT).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"OAUTHBEARER|n,a=ann@here.example,^host=mail^port=587^auth=Bearer tok.en-1==^^", "OAUTHBEARER|n,,^auth=bearer tok.en-1==^^",
        "OAUTHBEARER|y,a=Ann,^auth=Bearer tok.en-1==^^", "XOAUTH2|user=ann@here.example^auth=Bearer tok.en-1==^^"})
    void aTokenLetsItsOwnerIn(String mechanism, String message) throws Exception {
        directory.token("tok.en-1==", "ann@here.example");
        var done = assertInstanceOf(Sasl.Step.Done.class, accounts.sasl(mechanism, CLIENT).orElseThrow().respond(octets(message)));
        assertEquals("ann@here.example", done.account().name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"OAUTHBEARER|n,a=bob@here.example,^auth=Bearer good^^", "OAUTHBEARER|n,,^auth=Bearer bad^^", "XOAUTH2|user=bob@here.example^auth=Bearer good^^"})
    void anothersTokenOrAWrongOneIsToldAndThenRefused(String mechanism, String message) throws Exception {
        directory.token("good", "ann@here.example");
        var server = accounts.sasl(mechanism, CLIENT).orElseThrow();
        var told = assertInstanceOf(Sasl.Step.Challenge.class, server.respond(octets(message)));
        assertTrue(new String(told.octets(), StandardCharsets.US_ASCII).startsWith("{\"status\":"));
        assertEquals("5.7.8", assertThrows(Refusal.class, () -> server.respond(octets("^"))).status().code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"OAUTHBEARER|p=tls-exporter,,^auth=Bearer good^^", "OAUTHBEARER|n,,^auth=Basic good^^", "OAUTHBEARER|n,,auth=Bearer good^^", "OAUTHBEARER|''",
        "XOAUTH2|auth=Bearer good^^", "XOAUTH2|user=ann^auth=Bearer go od^^", "XOAUTH2|user=ann^auth=Bearer ^^"})
    void whatIsNoTokenIsSaid(String mechanism, String message) {
        directory.token("good", "ann@here.example");
        var server = accounts.sasl(mechanism, CLIENT).orElseThrow();
        assertEquals("5.5.2", assertThrows(Refusal.class, () -> server.respond(octets(message))).status().code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"n,,^", "user=ann^"})
    void aMessageOfThousandsOfWordsIsReadToItsEnd(String begin) {
        directory.token("good", "ann@here.example");
        var server = accounts.sasl(begin.startsWith("n") ? "OAUTHBEARER" : "XOAUTH2", CLIENT).orElseThrow();
        var message = octets(begin + "a=^".repeat(2_700) + "^");
        assertEquals("5.5.2", assertThrows(Refusal.class, () -> server.respond(message)).status().code());
    }
}
