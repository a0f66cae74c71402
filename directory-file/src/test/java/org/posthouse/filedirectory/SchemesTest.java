package org.posthouse.filedirectory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.auth.AccountId;

class SchemesTest {
    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void matchesOnly(String password, String text) throws Exception {
        var verifier = Schemes.parse(text);
        byte[] given = octets(password);
        assertTrue(verifier.matches(given), text);
        assertArrayEquals(octets(password), given, "leaves the octets alone: " + text);
        assertFalse(verifier.matches(octets(password + "x")), text);
        assertFalse(verifier.matches(octets(password.toUpperCase(Locale.ROOT))), text);
        assertFalse(verifier.matches(new byte[0]), text);
    }

    /** The passwords' hashes come from crypt(3) of libxcrypt, from openssl and from Python's hashlib. */
    @ParameterizedTest
    @ValueSource(strings = {
        "{SHA512-CRYPT}$6$OE6Cx2tCUKRgBaAh$Bhf29GN87Iwq21grNvk1yOLt4O6pJljyASA9uWQJ9Spw/h/rbUfzwtdqeStv0LlOOx7k7MjlmEPHp1lpc44oG1",
        "{sha512-crypt}$6$rounds=1500$saltstring$DYxiAL6pInuC7cpDDp11RE5qrxBKUMMhSn7rQ/Z0PgTvsMrU91oDKLoqizIkTXzEv8kos5UNom790rtM3JKYd.",
        "{SHA256-CRYPT}$5$OoFUipXO.THCE9KT$x8AucUIl7KypWDD37Ott4OUYnYevZKc9oM6lh.Euja2",
        "{SHA256-CRYPT}$5$rounds=1000$saltstring$AH5PD0i.riCRu4BNDy9v7OPV7u3dfLBApcXI6khquVA",
        "{BLF-CRYPT}$2b$05$l/mt6NYx5w/md735eLT73uVdkv8OGv7m48y0H4fjMsZtvmrtphmAW",
        "{BLF-CRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        "{BLF-CRYPT}$2a$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
        "{MD5-CRYPT}$1$R0kO5lJA$ZLVx6cZ2FPv4S2Wic9Cz10",
        "{CRYPT}5LMRWiWuqLzUk",
        "{CRYPT}$1$R0kO5lJA$ZLVx6cZ2FPv4S2Wic9Cz10",
        "$5$OoFUipXO.THCE9KT$x8AucUIl7KypWDD37Ott4OUYnYevZKc9oM6lh.Euja2",
        "{SSHA}vh5yFi/dQyyuPAjjP/1vgQwM7AVzYWx0U0FMVA==",
        "{SSHA256}GOc7XCdQvD3LA61y9uPwrtdRNjPs6nA/Xqkzg1Vx6ctzYWx0U0FMVA==",
        "{SSHA512}eYWuCIbInkjRfZf4Gy4fn+ZNh5ahfq38/Jim4J+iNkFS32ihkEsYXipRe+d8wbQC3ICYT7AVeNq4WxvjlM6k4XNhbHRTQUxU",
        "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "{SHA256.hex}2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
        "{PBKDF2}$1$abcdefgh$5000$4d1f485e75d13fbf46ec6f88ea5cd2faebfe3e0a",
        "{PLAIN}secret",
        "{PLAIN.b64}c2VjcmV0",
        "{PLAIN.HEX}736563726574",
    })
    void matchesTheSecretAndNothingElse(String text) throws Exception {
        matchesOnly("secret", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{SHA512-CRYPT}$6$6T7lZuxCRkKqWKXb$fY4yfoc3v0YRkEqck9AERErzbss6BEsuklCLWrm/neVCWMox6gxje4FeH64yaVM5Dwx38JRz09JYr196ZrKex/",
        "{SHA256-CRYPT}$5$th7aSyMakYQ5YLw0$6hsiS4CVMQyc1DJgvOrHU6rdcDSP0sfC2irdnckjOF0",
        "{BLF-CRYPT}$2b$05$Nh0WGauI4AFybNAJziiElOCagrVNsezLhT/ObZ0IgFECHWNLfmv8e",
        "{MD5-CRYPT}$1$Ht2vWVi.$U4I3iKhI7ZpBnBRV/7MX3.",
    })
    void passwordsAreUtf8(String text) throws Exception {
        assertTrue(Schemes.parse(text).matches(octets("pässwörd €")), text);
    }

    /** From the reference implementation's own tests. */
    @ParameterizedTest
    @ValueSource(strings = {
        "{ARGON2ID}$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "{ARGON2I}$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
    })
    void argon2MatchesTheReference(String text) throws Exception {
        matchesOnly("password", text);
    }

    @Test void bcryptLooksAt72OctetsAndAcceptsMore() throws Exception {
        assertTrue(Schemes.parse("{BLF-CRYPT}$2b$05$Nh0WGauI4AFybNAJziiElOF9vtLDAyh7Y0Gm52Ld7gyaKWgWphMR6").matches(octets("x".repeat(80))));
    }

    @Test void scramVerifiesAPlainPassword() throws Exception { // RFC 7677 §3: its example's salt and rounds
        matchesOnly("pencil", "{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
                + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    }

    @Test void pbkdf2InItsModularForms() throws Exception {
        for (var text : List.of("{PBKDF2}$pbkdf2-sha256$1000$c2FsdHNhbHQ$hgR9HsqtKupWxpnv8y99TrPDajTT/9PcSTlNafpdLXQ",
                "{PBKDF2}$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHQ$hgR9HsqtKupWxpnv8y99TrPDajTT/9PcSTlNafpdLXQ",
                "{PBKDF2}$pbkdf2-sha512$1000$c2FsdHNhbHQ$sm09rUzS3..3.cqsWziIoWFO8bEknKwJwGEvyD1ra4PcWJt5OiWFlM/BVv8ybJe4XW8qMpq33ecFrOaibNGiHA")) {
            matchesOnly("secret", text);
        }
    }

    @Test void whatIsMadeMatchesAndIsNeverTheSameTwice() throws Exception {
        for (var password : List.of("secret", "a:b c{d}\u00e9")) {
            for (var scheme : List.of("argon2id", "sha512-crypt", "plain")) {
                var made = NewPasswords.of(scheme).make(octets(password));
                assertFalse(made.contains(" ") || made.substring(1).contains(":"), made);
                assertTrue(Schemes.parse(made).matches(octets(password)), made);
                assertEquals(scheme.equals("plain"), made.equals(NewPasswords.of(scheme).make(octets(password))));
            }
            assertTrue(Schemes.parse(ScramHash.make(octets(password))).matches(octets(password)));
        }
    }

    private static boolean renewed(NewPasswords scheme, String stored) throws Exception {
        var secret = new Users.Secret(stored, Schemes.parse(stored));
        var user = new Users.User(new AccountId("ann@here.example"), List.of(secret), List.of(), Map.of(), 1);
        return !new Passwords(new Storing(scheme, false, true, Duration.ofMinutes(10))).renewed(user, secret, "secret".toCharArray()).equals(List.of(stored));
    }

    @Test void strengthDecidesWhatIsHashedAnew() throws Exception {
        var weak = "{ARGON2ID}$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assertTrue(renewed(NewPasswords.ARGON2ID, "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="));
        assertTrue(renewed(NewPasswords.ARGON2ID, weak));
        assertFalse(renewed(NewPasswords.ARGON2ID, "{PLAIN}secret"));
        assertFalse(renewed(NewPasswords.ARGON2ID, ScramHash.make(octets("x"))));
        assertFalse(renewed(NewPasswords.ARGON2ID, Argon2Hash.make(octets("x"))));
        assertFalse(renewed(NewPasswords.SHA512_CRYPT, Argon2Hash.make(octets("x"))));
        assertFalse(renewed(NewPasswords.PLAIN, "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "secret", "{", "{}", "{PLAIN}", "{PLAIN", "{ROT13}frperg", "{SHA}c2VjcmV0", "{SHA}!!", "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "{PLAIN.hex}abc", "{CRYPT}$6$salt$short", "{CRYPT}$9$x", "{BLF-CRYPT}$2b$99$Nh0WGauI4AFybNAJziiElOkQphGuFpWARlQm6YeqdXHIh8m2v8JW.",
        "{PBKDF2}$1$salt$0$4d1f485e75d13fbf46ec6f88ea5cd2faebfe3e0a", "{PBKDF2}$1$salt$99999999999$4d1f485e75d13fbf46ec6f88ea5cd2faebfe3e0a",
        "{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==", "{SCRAM-SHA-256}0,W22Z,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "{ARGON2ID}$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "{ARGON2ID}$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "{ARGON2ID}$argon2id$v=19$m=4,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    })
    void refusesWhatIsNotAVerifier(String text) {
        assertFalse(assertThrows(BadVerifier.class, () -> Schemes.parse(text), text).getMessage().isEmpty());
    }

    /** Whatever is taken from the file can be tried without an exception. */
    @Test void mutatedHashesAreRefusedOrDoNotMatch() throws Exception {
        var random = new Random(11);
        var seeds = List.of("{BLF-CRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
                "{MD5-CRYPT}$1$R0kO5lJA$ZLVx6cZ2FPv4S2Wic9Cz10", "{CRYPT}5LMRWiWuqLzUk",
                "{SHA256-CRYPT}$5$rounds=1000$saltstring$AH5PD0i.riCRu4BNDy9v7OPV7u3dfLBApcXI6khquVA",
                "{SSHA}vh5yFi/dQyyuPAjjP/1vgQwM7AVzYWx0U0FMVA==", "{PBKDF2}$1$abcdefgh$50$4d1f485e75d13fbf46ec6f88ea5cd2faebfe3e0a",
                "{ARGON2ID}$argon2id$v=19$m=16,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "{SCRAM-SHA-256}40,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
        for (int i = 0; i < 2000; i++) {
            var text = new StringBuilder(seeds.get(i % seeds.size()));
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, "./aZ$={},:é\0".charAt(random.nextInt(12)));
                default -> text.setCharAt(at, "./aZ$={},:é\0".charAt(random.nextInt(12)));
            }
            if (text.toString().matches(".*(rounds=\\d{5,}|\\$2y\\$[^0]|\\$2y\\$0[6-9]|\\$\\d{4,}\\$|[mt]=\\d{4,}|}\\d{4,},).*")) {
                continue; // dear, not wrong
            }
            try {
                Schemes.parse(text.toString()).matches(octets("other"));
            } catch (BadVerifier expected) {
                assertFalse(expected.getMessage().isEmpty());
            }
        }
    }
}
