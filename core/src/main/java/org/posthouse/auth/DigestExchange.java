package org.posthouse.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.message.Refusal;

/** The server's side of DIGEST-MD5 (RFC 2831 §2.1), without its layers; RFC 6331 says why nobody should want it. */
final class DigestExchange implements Sasl {
    private static final int LONGEST = 4_096; // §2.1.2
    private static final Pattern DIRECTIVE = Pattern.compile("\\s*([a-zA-Z-]{1,20})\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]++))\\s*(?:,|$)");

    private enum At { BEGINNING, CHALLENGED, PROVED, OVER }

    private final ScramLogin accounts;
    private final String realm;
    private final String nonce;
    private At at = At.BEGINNING;
    private String account = "";

    DigestExchange(ScramLogin accounts, String realm, String nonce) {
        this.accounts = accounts;
        this.realm = realm;
        this.nonce = nonce;
    }

    @Override public Step begin() {
        at = At.CHALLENGED;
        return step("realm=\"" + realm + "\",nonce=\"" + nonce + "\",qop=\"auth\",charset=utf-8,algorithm=md5-sess");
    }

    @Override public Step respond(byte[] answer) throws Refusal, IOException {
        var now = at;
        at = At.OVER;
        if (now == At.PROVED && answer.length == 0) {
            return new Step.Done(accounts.loggedIn(account));
        }
        if (now != At.CHALLENGED || answer.length > LONGEST) {
            throw malformed();
        }
        return prove(directives(new String(SaslText.decode(answer, 0, answer.length))));
    }

    private Step prove(Map<String, String> said) throws Refusal, IOException {
        boolean whole = said.keySet().containsAll(List.of("username", "nonce", "cnonce", "nc", "digest-uri", "response"));
        if (!whole || !said.get("nonce").equals(nonce) || !said.get("nc").equals("00000001")
                || !said.getOrDefault("qop", "auth").equals("auth") || !said.getOrDefault("realm", "").matches("|" + Pattern.quote(realm))
                || !said.get("response").matches("[0-9a-f]{32}")) {
            throw malformed();
        }
        account = accounts.fullName(said.get("username"));
        // acting as somebody else needs a right to do so, which nobody has here
        if (said.containsKey("authzid") && !accounts.fullName(said.get("authzid")).equals(account)) {
            throw SaslText.wrong();
        }
        var password = accounts.password(account);
        var key = key(said, password.orElse(new char[] {'?'}));
        password.ifPresent(chars -> Arrays.fill(chars, '\0'));
        boolean right = MessageDigest.isEqual(octets(response(said, key, "AUTHENTICATE:")), octets(said.get("response")));
        if (password.isEmpty() || !right) {
            throw accounts.failed(account, ScramLogin.Wrong.PROOF);
        }
        at = At.PROVED;
        return step("rspauth=" + response(said, key, ":"));
    }

    /** HEX(H(A1)), §2.1.2.1. */
    private static String key(Map<String, String> said, char[] password) {
        var secret = md5(latinOrUtf8(said.get("username") + ":" + said.getOrDefault("realm", "") + ":" + new String(password)));
        var rest = octets(":" + said.get("nonce") + ":" + said.get("cnonce") + (said.containsKey("authzid") ? ":" + said.get("authzid") : ""));
        return hex(md5(ByteBuffer.allocate(secret.length + rest.length).put(secret).put(rest).array()));
    }

    private static String response(Map<String, String> said, String key, String before) {
        var second = hex(md5(octets(before + said.get("digest-uri"))));
        return hex(md5(octets(key + ":" + said.get("nonce") + ":" + said.get("nc") + ":" + said.get("cnonce") + ":auth:" + second)));
    }

    /** §2.1.2.1: what ISO 8859-1 has is digested in it, whatever the charset said. */
    private static byte[] latinOrUtf8(String text) {
        return text.getBytes(text.chars().allMatch(c -> c < 0x100) ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    /** Each at most once (§2.1.2). */
    private static Map<String, String> directives(String text) throws Refusal {
        var said = new HashMap<String, String>();
        var directive = DIRECTIVE.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!directive.find(at) || directive.start() != at) {
                throw malformed();
            }
            var value = Optional.ofNullable(directive.group(2)).map(quoted -> quoted.replaceAll("\\\\(.)", "$1")).orElse(directive.group(3));
            if (said.put(directive.group(1).toLowerCase(Locale.ROOT), value) != null) {
                throw malformed();
            }
            at = directive.end();
        }
        return said;
    }

    private static byte[] md5(byte[] octets) {
        try {
            return MessageDigest.getInstance("MD5").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Step step(String message) {
        return new Step.Challenge(octets(message));
    }

    private static Refusal malformed() {
        return new Refusal("5.5.2", "That is not a response of DIGEST-MD5 (RFC 2831)");
    }
}
