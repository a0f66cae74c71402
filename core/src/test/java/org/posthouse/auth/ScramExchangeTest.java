package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.ScramExchange.Plus;
import org.posthouse.message.Refusal;

class ScramExchangeTest {
    private static final byte[] CHANNEL = "of this connection".getBytes(StandardCharsets.US_ASCII);
    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    private String failed = "";

    private final class OneUser implements ScramLogin {
        @Override public String fullName(String name) {
            return name;
        }

        @Override public ScramKeys keys(String account) {
            return ScramClient.keys("pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        }

        @Override public AccountId loggedIn(String account) {
            return new AccountId(account);
        }

        @Override public Refusal failed(String account, Wrong why) {
            failed = account + " " + why;
            return SaslText.wrong();
        }
    }

    private ScramExchange exchange(Plus plus, Channel channel) {
        return new ScramExchange(plus, channel, new OneUser(), () -> SERVER_NONCE);
    }

    private ScramExchange plain() {
        return exchange(Plus.NO, _ -> Optional.empty());
    }

    private static Optional<byte[]> bound(String type) {
        return type.equals("tls-exporter") ? Optional.of(CHANNEL) : Optional.empty();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String challenge(Sasl.Step step) {
        return new String(assertInstanceOf(Sasl.Step.Challenge.class, step).octets(), StandardCharsets.UTF_8);
    }

    private static String code(Sasl sasl, String message) {
        return assertThrows(Refusal.class, () -> sasl.respond(octets(message))).status().code();
    }

    @Test void speaksTheExampleOfRfc7677() throws Exception { // §3
        var sasl = plain();
        assertEquals("", challenge(sasl.begin()));
        assertEquals("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                challenge(sasl.respond(octets("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))));
        assertEquals("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", challenge(sasl.respond(octets(
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))));
        assertEquals(new Sasl.Step.Done(new AccountId("user")), sasl.respond(new byte[0]));
    }

    @Test void ourOwnClientSpeaksItToo() throws Exception {
        var client = new ScramClient("user", "pencil", CLIENT_NONCE, ScramClient.Binding.NONE);
        assertArrayEquals(octets("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), client.first());
        assertEquals(new AccountId("user"), client.logIn(plain()));
    }

    @Test void namesMayHaveCommasAndEqualsSigns() throws Exception { // RFC 5802 §5.1
        var client = new ScramClient("a,b=c", "pencil", CLIENT_NONCE, ScramClient.Binding.NONE);
        assertEquals(new AccountId("a,b=c"), client.logIn(plain()));
        assertEquals("5.5.2", code(plain(), "n,,n=a=2c,r=x"));
    }

    @Test void aWrongPasswordIsAFailureOfTheProof() throws Exception {
        var client = new ScramClient("user", "pen", CLIENT_NONCE, ScramClient.Binding.NONE);
        assertThrows(Refusal.class, () -> client.logIn(plain()));
        assertEquals("user PROOF", failed);
    }

    @Test void bindsToTheConnection() throws Exception {
        var binding = new ScramClient.Binding("tls-exporter", CHANNEL);
        assertEquals(new AccountId("user"),
                new ScramClient("user", "pencil", CLIENT_NONCE, binding).logIn(exchange(Plus.YES, ScramExchangeTest::bound)));
        var elsewhere = new ScramClient.Binding("tls-exporter", octets("of another"));
        assertThrows(Refusal.class, () -> new ScramClient("user", "pencil", CLIENT_NONCE, elsewhere)
                .logIn(exchange(Plus.YES, ScramExchangeTest::bound)));
        assertEquals("user CHANNEL", failed);
    }

    @Test void theMechanismSaysWhetherItBinds() {
        assertEquals("5.5.2", code(exchange(Plus.YES, ScramExchangeTest::bound), "n,,n=user,r=x"));
        assertEquals("5.5.2", code(exchange(Plus.NO, ScramExchangeTest::bound), "p=tls-exporter,,n=user,r=x"));
        assertEquals("5.5.2", code(exchange(Plus.YES, ScramExchangeTest::bound), "p=tls-unique,,n=user,r=x"));
    }

    @Test void noticesThatSomebodyTookTheBindingMechanismAway() throws Exception { // RFC 5802 §6
        assertEquals("5.7.8", code(exchange(Plus.NO, ScramExchangeTest::bound), "y,,n=user,r=x"));
        assertEquals("user CHANNEL", failed);
        challenge(plain().respond(octets("y,,n=user,r=x")));
        challenge(exchange(Plus.NO, ScramExchangeTest::bound).respond(octets("n,,n=user,r=x")));
    }

    @Test void nobodyActsAsSomebodyElse() throws Exception {
        challenge(plain().respond(octets("n,a=user,n=user,r=x")));
        assertEquals("5.7.8", code(plain(), "n,a=other,n=user,r=x"));
    }

    @Test void refusesWhatIsNotAMessage() {
        for (var bad : List.of("", "n", "n,", "n,,", "n,,n=user", "n,,r=x,n=user", "x,,n=user,r=x", "p=,,n=user,r=x", "n,b=c,n=user,r=x",
                "n,,m=ext,n=user,r=x", "n,,n=,r=x", "n,,n=user,r=", "n,,n=user,r=a b", "n,,n=user,r=" + "x".repeat(300), "n,,n=user,r=\u00fc",
                "n,,n=" + "x".repeat(3000) + ",r=x")) {
            assertEquals("5.5.2", code(plain(), bad), bad);
        }
    }

    @Test void refusesWhatIsNotALastMessage() throws Exception {
        var nonce = "x" + SERVER_NONCE;
        for (var bad : List.of("", "c=biws", "c=biws,r=" + nonce, "r=" + nonce + ",c=biws,p=AAAA", "c=!!,r=" + nonce + ",p=AAAA",
                "c=biws,r=" + nonce + ",p=!!", "c=biws,r=x,p=AAAA", "c=biws,r=" + nonce + "y,p=AAAA")) {
            var sasl = plain();
            sasl.respond(octets("n,,n=user,r=x"));
            assertEquals("5.5.2", code(sasl, bad), bad);
            assertEquals("5.5.2", code(sasl, "n,,n=user,r=x"), "an exchange that failed is over");
        }
        var sasl = plain();
        sasl.respond(octets("n,,n=user,r=x"));
        assertEquals("5.7.8", code(sasl, "c=biws,r=" + nonce + ",p=AAAA"));
    }

    @Test void theAnswerToOurProofIsEmpty() throws Exception {
        var client = new ScramClient("user", "pencil", CLIENT_NONCE, ScramClient.Binding.NONE);
        var sasl = plain();
        var first = (Sasl.Step.Challenge) sasl.respond(client.first());
        sasl.respond(client.last(first.octets()));
        assertEquals("5.5.2", code(sasl, "x"));
    }

    @Test void junkEndsInARefusalAndNothingElse() throws Exception {
        var random = new Random(5);
        var letters = "n,r=p=c=ay\0\u00fc ";
        for (int i = 0; i < 20_000; i++) {
            var junk = new StringBuilder(random.nextBoolean() ? "n,,n=user,r=" : "");
            random.ints(random.nextInt(30), 0, letters.length()).forEach(k -> junk.append(letters.charAt(k)));
            var sasl = plain();
            try {
                sasl.respond(octets(junk.toString()));
                sasl.respond(octets(junk.toString()));
            } catch (Refusal expected) {
                assertFalse(expected.status().success());
            }
        }
    }

    @Test void noncesAreNeverTheSame() {
        assertFalse(ScramExchange.randomNonce().equals(ScramExchange.randomNonce()));
        assertFalse(ScramExchange.randomNonce().contains(","));
    }
}
