package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.message.Refusal;

/**
 * The server's side of every exchange, refused or done. The first octet chooses the mechanism, the others are the client's messages
 * with 0x1e between them; in SCRAM a message {@code @} is what a client would say that knows the password.
 */
final class SaslFuzzTest implements FuzzTarget {
    private static final byte[] BINDING = "binding".getBytes(StandardCharsets.US_ASCII);
    private static final ScramKeys KEYS = ScramClient.keys("secret", new byte[] {1, 2, 3, 4}, 1);

    @Override
    public void take(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        int kind = input[0] & 3;
        var client = new ScramClient("ann", "secret", "abc", kind == 3 ? new ScramClient.Binding("tls-exporter", BINDING) : ScramClient.Binding.NONE);
        var sasl = exchange(kind);
        var last = new Sasl.Step.Challenge(new byte[0]);
        int step = 0;
        try {
            for (var message : Pieces.of(input, 1, 1)) {
                boolean own = kind > 1 && step < 2 && new String(message, StandardCharsets.ISO_8859_1).equals("@");
                switch (sasl.respond(!own ? message : step == 0 ? client.first() : client.last(last.octets()))) {
                    case Sasl.Step.Challenge challenge -> last = challenge;
                    case Sasl.Step.Done(var account) -> {
                        assertTrue(account.name().equals("ann@example.test"), account.name());
                        return;
                    }
                }
                step++;
            }
        } catch (Refusal e) {
            assertTrue(!e.status().success(), e.status().toString());
        }
    }

    private static Sasl exchange(int kind) {
        var accounts = new Accounts();
        return switch (kind) {
            case 0 -> new PlainExchange(accounts);
            case 1 -> new LoginExchange(accounts);
            case 2 -> new ScramExchange(ScramExchange.Plus.NO, _ -> Optional.empty(), accounts, () -> "xyz");
            default -> new ScramExchange(ScramExchange.Plus.YES, _ -> Optional.of(BINDING), accounts, () -> "xyz");
        };
    }

    private static final class Accounts implements PasswordLogin, ScramLogin {
        @Override
        public String fullName(String name) throws Refusal {
            var full = SaslText.name(name);
            return full.contains("@") ? full : full + "@example.test";
        }

        @Override
        public AccountId login(String name, char[] password) throws Refusal {
            if (!fullName(name).equals("ann@example.test") || !new String(SaslText.password(password)).equals("secret")) {
                throw SaslText.wrong();
            }
            return new AccountId(fullName(name));
        }

        @Override
        public ScramKeys keys(String account) {
            return KEYS;
        }

        @Override
        public AccountId loggedIn(String account) {
            return new AccountId(account);
        }

        @Override
        public Refusal failed(String account, Wrong why) {
            return SaslText.wrong();
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("\0\0ann\0secret", "\0ann\0ann@example.test\0secret", "\1ann\u001esecret", "\2@\u001e@\u001e", "\3@\u001e@\u001e", "\2n,,n=ann,r=abc",
                "\2n,a=ann,n=a=2Cn=3D,r=abc,x=y\u001ec=biws,r=abcxyz,p=AAAA", "\2y,,n=ann,r=x", "\3p=tls-exporter,,n=ann,r=abc\u001ec=cA==,r=abcxyz,p=",
                "\0\0\u00c3\u00bc\u00c2\u00ad\0\u00e2\u0080\u0083");
    }
}
