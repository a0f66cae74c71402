package org.posthouse.filedirectory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.auth.AccountId;

class LinesTest {
    private static final Domains HERE = new Domains("here.example", Set.of("here.example"));

    @ParameterizedTest
    @ValueSource(strings = {
        "ann", "ann:", "ann: ", ":{PLAIN}x", "a b:{PLAIN}x", "ann@:{PLAIN}x", "@here.example:{PLAIN}x", "ann:{PLAIN}", "ann:plain",
        "ann:{PLAIN}x:quota", "ann:{PLAIN}x:Quota=1", "ann:{PLAIN}x:a=1 a=2", "ann:{PLAIN}x:a=1 b", "../ann:{PLAIN}x",
        "ann@../here:{PLAIN}x", "ann@a..b:{PLAIN}x", "ann\u0000:{PLAIN}x", "bob@here.example:{PLAIN}x", "BOB:{PLAIN}x", "bob/:{PLAIN}x", "bob/a b:{PLAIN}x", "bob/a:{PLAIN}x {PLAIN}x", "bob/a:", "eve/a:{PLAIN}x", "/a:{PLAIN}x",
    })
    void aBadLineOfUsersIsNamedWithItsMend(String line) {
        var bad = assertThrows(BadLine.class, () -> Users.parse("# head\r\nbob:{PLAIN}x\r\n" + line + "\r\n", HERE), line);
        assertEquals(3, bad.line());
        assertTrue(bad.getMessage().length() > 10, bad.getMessage());
        assertFalse(bad.getMessage().contains("{PLAIN}x"), "shows no password: " + bad.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "ann", "ann:", "ann: ,", "ann: bob,", ": bob", "@: bob", "ann@: bob", "ann: b b", "ann: |/bin/sh", "ann: /dev/null", "ann: :include:/x",
        "ann: @here.example", "bob: ann", "an\"n: bob",
    })
    void aBadLineOfAliasesIsNamedWithItsMend(String line) {
        var bad = assertThrows(BadLine.class, () -> Aliases.parse("bob: x\n\n" + line, HERE), line);
        assertEquals(3, bad.line());
        assertTrue(bad.getMessage().length() > 10, bad.getMessage());
    }

    @Test void junkIsABadLineOrReadAndNothingElse() {
        var random = new Random(3);
        var bits = List.of("ann", "@", "here.example", ":", "{PLAIN}", "{", "}", "$6$", "pw", " ", "\t", "=", "quota=1", "#", "\n", "\r", "\0",
                "é", "\ud800", ",", "..", "/", "{SSHA}", "AAAA", "1000", "postmaster", "\ufeff", "\u2028");
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(bits.get(random.nextInt(bits.size())));
            }
            try {
                Users.parse(text.toString(), HERE).byName().keySet().forEach(name -> assertTrue(Names.parse(name).isPresent(), name));
            } catch (BadLine expected) {
                assertTrue(expected.line() >= 1);
            }
            try {
                Aliases.parse(text.toString(), HERE).find("ann", "here.example");
            } catch (BadLine expected) {
                assertTrue(expected.line() >= 1);
            }
        }
    }

    @Test void whatIsAddedCanBeReadAndRemoved() throws Exception {
        var random = new Random(5);
        var text = "# people";
        for (int i = 0; i < 200; i++) {
            var id = new AccountId("user" + i + "@here.example");
            text = UsersText.added(text, id, List.of(PlainPassword.make(("p" + random.nextInt() + ": {x}").getBytes(StandardCharsets.UTF_8))));
        }
        var users = Users.parse(text, HERE);
        assertEquals(200, users.byName().size());
        for (var user : users.byName().values().stream().sorted((a, b) -> b.line() - a.line()).toList()) {
            text = UsersText.removed(text, user);
        }
        assertEquals("# people\n", text);
    }
}
