package org.posthouse.filedirectory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.posthouse.auth.AccountId;
import org.posthouse.fuzz.FuzzTarget;

/** Files of users and aliases are read or their bad line is named; what commands change in them leaves all else as it was. */
final class UsersFuzzTest implements FuzzTarget {
    private static final Domains HERE = new Domains("here.example", Set.of("here.example", "there.example"));
    private static final AccountId NEW = new AccountId("new@here.example");

    @Override
    public void take(byte[] input) throws BadLine {
        var text = new String(input, StandardCharsets.UTF_8);
        try {
            users(text);
        } catch (BadLine e) {
            check(e, text);
        }
        try {
            var aliases = Aliases.parse(text, HERE);
            aliases.byAlias().keySet().forEach(alias -> assertEquals(Names.fold(alias), alias));
            aliases.find("ann", "here.example");
            aliases.find("", "here.example");
        } catch (BadLine e) {
            check(e, text);
        }
    }

    private static void check(BadLine e, String text) {
        assertTrue(e.line() >= 1 && e.line() <= text.chars().filter(c -> c == '\n').count() + 1 && !e.getMessage().isBlank(), e::toString);
    }

    private static void users(String text) throws BadLine {
        var users = Users.parse(text, HERE);
        for (var entry : users.byName().entrySet()) {
            assertTrue(Names.parse(entry.getKey()).isPresent(), entry.getKey());
            changed(text, users, entry.getKey());
        }
        if (!users.byName().containsKey(NEW.name())) {
            var more = Users.parse(UsersText.added(text, NEW, List.of("{PLAIN}x")), HERE);
            assertEquals(users.byName().size() + 1, more.byName().size());
        }
    }

    private static void changed(String text, Users users, String name) throws BadLine {
        var user = users.find(name).orElseThrow();
        user.secrets().forEach(secret -> secret.verifier().strength());
        user.scram();
        var without = Users.parse(UsersText.removed(text, user), HERE);
        assertFalse(without.byName().containsKey(name));
        assertEquals(users.byName().size() - 1, without.byName().size());
        var secrets = Users.parse(UsersText.withSecrets(text, user, List.of("{PLAIN}x", "!")), HERE).find(name).orElseThrow();
        assertEquals(List.of("{PLAIN}x", "!"), secrets.secrets().stream().map(Users.Secret::text).toList());
        assertEquals(user.attributes(), secrets.attributes());
        if (user.app("new").isEmpty()) {
            var app = Users.parse(UsersText.withApp(text, user, "new", "{PLAIN}y"), HERE).find(name).orElseThrow();
            assertEquals(user.apps().size() + 1, app.apps().size());
            var back = Users.parse(UsersText.withoutApp(UsersText.withApp(text, user, "new", "{PLAIN}y"), app.app("new").orElseThrow()), HERE);
            assertEquals(user.apps().size(), back.find(name).orElseThrow().apps().size());
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("# head\r\nbob:{PLAIN}x:quota=1G send-as=a@b\r\n\r\nann@there.example:{SHA512-CRYPT}$6$ab$" + "x".repeat(86) + " !{PLAIN}y\n",
                "ann:{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$" + "A".repeat(43) + "\nann/phone:{SSHA512}" + "A".repeat(100) + "\nann/x:{PLAIN}y",
                "a:{SCRAM-SHA-256}15000,AAAA," + "A".repeat(43) + "=," + "A".repeat(43) + "=\n", "a:$2y$10$" + "a".repeat(53) + ":1000:1000:x:/home:/bin/sh:x=y\n",
                "a:{PBKDF2}$1$salt$1000$" + "ab".repeat(20) + "\nb:{PLAIN.b64}eA==\nc:{SHA.hex}" + "ab".repeat(20) + "\nd:*\n", "ann: bob, eve@else.example\n@here.example: ann\npostmaster: ann",
                "a:{PBKDF2}$pbkdf2-sha256$i=100,l=32$AAAA$" + "A".repeat(43) + "\n", "\u00c3\u00bc:{PLAIN}x\n\u00ef\u00bc\u00a1:{PLAIN}y", "a@b:{MD5}" + "$1$ab$" + "x".repeat(22));
    }

    @Override
    public List<String> words() {
        return List.of("{PLAIN}x", "{ARGON2ID}$argon2id$v=19$", "m=1048577,", "t=0,", "{PBKDF2}", "{SSHA}", "{CRYPT}", "{SCRAM-SHA-256}", ".b64}", ".HEX}", "rounds=999999999$", "\nann/", ":{PLAIN}x\n",
                "@here.example", "\r\n", "/");
    }

    @Override
    public long mayAllocate(int octets) {
        return (4 << 20) + 20_000L * octets; // the file is changed and read once more for each account
    }
}
