package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    @ParameterizedTest
    @CsvSource(delimiter = ' ', quoteCharacter = '~', value = {
        "ann@example.test ann example.test", "ANN@EXAMPLE.Test ANN example.test", "a.b+c@x a.b+c x",
        "\"ann\"@x.test ann x.test", "\"a@b\"@x.test a@b x.test", "\"a\\\"b\\\\\"@x.test a\"b\\ x.test", "\"a..b\"@x.test a..b x.test",
        "!#$%&'*+-/=?^_`{|}~@x-1.test !#$%&'*+-/=?^_`{|}~ x-1.test",
        "ann@[192.0.2.1] ann [192.0.2.1]", "ann@[IPv6:2001:DB8::1] ann [ipv6:2001:db8::1]",
        "ann@[IPv6:::ffff:192.0.2.1] ann [ipv6:::ffff:192.0.2.1]",
        "ann@[IPv6:1:2:3:4:5:6:7:8] ann [ipv6:1:2:3:4:5:6:7:8]",
        "jürgen@MÜNCHEN.test jürgen münchen.test", "用户@例子.test 用户 例子.test"})
    void readsMailboxes(String text, String local, String domain) {
        assertEquals(Optional.of(new Address(local, domain)), Address.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "@", "ann", "ann@", "@example.test", ".ann@x", "ann.@x", "a..b@x", "a b@x", "a(b)@x", "ann@-x", "ann@x-", "ann@x..y", "ann@x.",
        "ann@.x", "ann@x_y", "ann@x y", "<ann@x>", "ann@[1.2.3]", "ann@[1.2.3.256]", "ann@[1.2.3.4.5]", "ann@[1.2.3.4", "ann@[2001:db8::1]",
        "ann@[IPv6:1::2::3]", "ann@[IPv6:1:2:3]", "ann@[IPv6:fe80::1%eth0]", "ann@[tag:x]", "ann@[]",
        "\"@x", "\"\"\"@x", "\"a\\\"@x", "\"a\"b@x",
        "a\u0000b@x", "\"a\u0000b\"@x", "\"a\nb\"@x", "\"a\\\nb\"@x", "a\u0085b@x", "a\u2028b@x", "\"a\u2029b\"@x", "a\u202eb@x",
        "ann@x\u0000", "ann@x。y", "ann@ｅｘ.test", "a\ud800@x", "\"\\é\"@x", "ann@x\r\n"})
    void refusesWhatIsNoMailbox(String text) {
        assertEquals(Optional.empty(), Address.parse(text));
    }

    @Test
    void onlyPostmasterMayLackADomain() {
        assertEquals(Optional.of(new Address("PostMaster", "")), Address.parse("PostMaster"));
        assertEquals(Optional.empty(), Address.parse("hostmaster"));
    }

    @Test
    void countsLengthsInOctetsOfUtf8() {
        assertTrue(Address.parse("a".repeat(64) + "@x").isPresent());
        assertTrue(Address.parse("a".repeat(65) + "@x").isEmpty());
        assertTrue(Address.parse("é".repeat(32) + "@x").isPresent());
        assertTrue(Address.parse("é".repeat(33) + "@x").isEmpty());
        assertTrue(Address.parse("\"" + "\\\"".repeat(64) + "\"@x").isPresent());
        assertTrue(Address.parse("a@" + "a".repeat(63)).isPresent());
        assertTrue(Address.parse("a@" + "a".repeat(64)).isEmpty());
        assertTrue(Address.parse("a@" + "a.".repeat(127) + "a").isPresent());
        assertTrue(Address.parse("a@" + "a.".repeat(128)).isEmpty());
        assertTrue(Address.parse("a@" + "a.".repeat(127) + "é").isEmpty());
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        var random = new Random(5321);
        for (int i = 0; i < 20_000; i++) {
            var text = junk(random) + "@" + (random.nextInt(4) == 0 ? junk(random) : "Example.test");
            Address.parse(text).ifPresent(a -> assertEquals(Optional.of(a), Address.parse(a.toString()), text));
            var quoted = "\"" + junk(random).replace("\\", "\\\\").replace("\"", "\\\"") + "\"@x.test";
            Address.parse(quoted).ifPresent(a -> assertEquals(Optional.of(a), Address.parse(a.toString()), quoted));
        }
    }

    private static String junk(Random random) {
        var alphabet = "abcXYZ019.-_+@\"\\ []:éΣİK字\u0000\r\u007f\u200d😀\ud800<>,";
        var text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
