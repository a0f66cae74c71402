package org.posthouse.auth;

import java.util.Optional;
import org.posthouse.message.Refusal;

/**
 * The client-first-message of SCRAM (RFC 5802 §7).
 *
 * <pre>
 * client-first-message = gs2-header client-first-message-bare
 * gs2-header           = ( "p=" type / "n" / "y" ) "," [ "a=" authzid ] ","
 * client-first-bare    = "n=" name "," "r=" nonce [ "," extensions ]
 * </pre>
 *
 * @param bindingType of {@code p=}
 * @param thinksWeCannotBind whether the flag was {@code y}
 * @param actAs empty for the name itself
 */
record ScramFirst(String header, Optional<String> bindingType, boolean thinksWeCannotBind, String actAs, String bare, String name,
        String nonce) {
    private static final int LONGEST_OCTETS = 2048;
    private static final int LONGEST_NONCE = 256;

    static ScramFirst parse(byte[] message) throws Refusal {
        var text = text(message);
        int afterFlag = text.indexOf(',');
        int afterName = text.indexOf(',', afterFlag + 1);
        if (afterFlag < 0 || afterName < 0) {
            throw malformed();
        }
        var flag = text.substring(0, afterFlag);
        if (!flag.equals("n") && !flag.equals("y") && !(flag.startsWith("p=") && flag.length() > 2)) {
            throw malformed();
        }
        var actAs = text.substring(afterFlag + 1, afterName);
        var bare = text.substring(afterName + 1);
        var attributes = bare.split(",", -1);
        if (attributes.length < 2) {
            throw malformed();
        }
        return new ScramFirst(text.substring(0, afterName + 1),
                flag.startsWith("p=") ? Optional.of(flag.substring(2)) : Optional.empty(), flag.equals("y"),
                actAs.isEmpty() ? "" : name(value(actAs, 'a')), bare, name(value(attributes[0], 'n')), nonce(value(attributes[1], 'r')));
    }

    static String text(byte[] message) throws Refusal {
        if (message.length > LONGEST_OCTETS) {
            throw malformed();
        }
        return new String(SaslText.decode(message, 0, message.length));
    }

    /** RFC 5802 §5.1: an {@code m=} in its place is an extension that we would have to know. */
    static String value(String attribute, char name) throws Refusal {
        if (attribute.length() < 3 || attribute.charAt(0) != name || attribute.charAt(1) != '=') {
            throw malformed();
        }
        return attribute.substring(2);
    }

    /** RFC 5802 §5.1: {@code =2C} is a comma and {@code =3D} an equals sign; no other is allowed. */
    private static String name(String saslname) throws Refusal {
        var name = saslname.replace("=2C", ",").replace("=3D", "\0");
        if (name.contains("=")) {
            throw malformed();
        }
        return name.replace('\0', '=');
    }

    private static String nonce(String nonce) throws Refusal {
        if (nonce.length() > LONGEST_NONCE || nonce.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw malformed();
        }
        return nonce;
    }

    static Refusal malformed() {
        return new Refusal("5.5.2", "That is not a message of SCRAM (RFC 5802)");
    }
}
