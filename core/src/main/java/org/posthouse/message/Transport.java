package org.posthouse.message;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How mail travels on, as a setting says it: a word and what that transport needs to know.
 *
 * <pre>
 * transport = "local"                        ; the mailbox that the directory names
 *           / "smtp"                         ; the hosts of the recipient's domain, by MX
 *           / "smtp:" domain                 ; the hosts of that domain, by MX
 *           / "smtp:[" host "]" [":" port]   ; that host
 *           / "lmtp:" host [":" port]        ; that host by LMTP (RFC 2033), port 24
 *           / "error" [":" status text]      ; refused: error:5.1.6 has moved
 *           / "discard"                      ; taken, and thrown away
 *           / "hold" [":" reason]            ; kept in the queue until somebody releases it
 *           / word [":" text]                ; what some other delivery bundle accepts
 * </pre>
 *
 * @param target empty where nothing is said
 */
public record Transport(String name, String target) {
    static final String RULE = "write local, smtp, smtp:[relay.example]:587, lmtp:host:24, error:5.1.6 text, discard or hold";

    private static final Pattern FORM = Pattern.compile("([a-z][a-z0-9-]{0,40})(?::(.*))?");
    private static final Pattern HOST_PORT = Pattern.compile("\\[([^\\[\\]\\s]+)](?::(\\d{1,5}))?");
    private static final Pattern PLAIN_PORT = Pattern.compile("([^\\[\\]:\\s]+)(?::(\\d{1,5}))?");
    private static final Pattern ERROR = Pattern.compile("[45]\\.\\d{1,3}\\.\\d{1,3} .*\\S.*");

    static Transport parse(String key, String value) {
        var form = FORM.matcher(value);
        if (!form.matches()) {
            throw bad(key, value, "is not a transport");
        }
        var target = Optional.ofNullable(form.group(2)).orElse("").strip();
        return switch (form.group(1)) {
            case "smtp" -> new Transport("smtp", target.isEmpty() || !target.startsWith("[") ? domain(key, value, target) : host(key, value, target, 25));
            case "lmtp" -> new Transport("lmtp", lmtp(key, value, target));
            case "error" -> new Transport("error", error(key, value, target));
            case "local", "discard" -> alone(key, value, form.group(1), target);
            default -> new Transport(form.group(1), target);
        };
    }

    private static Transport alone(String key, String value, String name, String target) {
        if (!target.isEmpty()) {
            throw bad(key, value, name + " takes nothing after it");
        }
        return new Transport(name, "");
    }

    private static String domain(String key, String value, String target) {
        if (!target.isEmpty() && Address.parse("x@" + target).isEmpty()) {
            throw new BadSetting(key, "'" + value + "' names no host; write a host in brackets, smtp:[relay.example]:587, or a domain, smtp:example.org");
        }
        return target;
    }

    private static String lmtp(String key, String value, String target) {
        var plain = PLAIN_PORT.matcher(target);
        return host(key, value, plain.matches() ? "[" + plain.group(1) + "]" + (plain.group(2) == null ? "" : ":" + plain.group(2)) : target, 24)
                .replaceFirst("^\\[([^:\\]]+)]", "$1");
    }

    private static String host(String key, String value, String target, int usualPort) {
        var form = HOST_PORT.matcher(target);
        if (!form.matches() || !isHost(form.group(1))) {
            throw bad(key, value, "names no host");
        }
        int port = form.group(2) == null ? usualPort : Integer.parseInt(form.group(2));
        if (port < 1 || port > 65_535) {
            throw new BadSetting(key, "'" + value + "': " + port + " is no port; write 1 to 65535");
        }
        return "[" + form.group(1) + "]:" + port;
    }

    private static boolean isHost(String name) {
        return Address.parse("x@" + name).isPresent() || Address.parse("x@[" + name + "]").isPresent()
                || Address.parse("x@[IPv6:" + name.replaceFirst("(?i)^IPv6:", "") + "]").isPresent();
    }

    private static String error(String key, String value, String target) {
        if (target.isEmpty()) {
            return "5.7.1 mail for this address is not taken";
        }
        if (!ERROR.matcher(target).matches()) {
            throw new BadSetting(key, "'" + value + "' has no status and text; write it like error:5.1.6 has moved to example.org");
        }
        return target;
    }

    private static BadSetting bad(String key, String value, String what) {
        return new BadSetting(key, "'" + value + "' " + what + "; " + RULE);
    }

    @Override
    public String toString() {
        return target.isEmpty() ? name : name + ":" + target;
    }
}
