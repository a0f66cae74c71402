package org.posthouse.auth;

import java.util.Base64;
import org.posthouse.message.Refusal;

/**
 * The client-final-message of SCRAM (RFC 5802 §7): {@code c=base64,r=nonce[,extensions],p=base64}.
 *
 * @param binding what the client takes the gs2-header and the channel binding for
 */
record ScramFinal(String withoutProof, byte[] binding, String nonce, byte[] proof) {
    static ScramFinal parse(byte[] message) throws Refusal {
        var text = ScramFirst.text(message);
        int comma = text.lastIndexOf(',');
        if (comma < 0) {
            throw ScramFirst.malformed();
        }
        var withoutProof = text.substring(0, comma);
        var attributes = withoutProof.split(",", -1);
        if (attributes.length < 2) {
            throw ScramFirst.malformed();
        }
        return new ScramFinal(withoutProof, octets(ScramFirst.value(attributes[0], 'c')), ScramFirst.value(attributes[1], 'r'),
                octets(ScramFirst.value(text.substring(comma + 1), 'p')));
    }

    private static byte[] octets(String base64) throws Refusal {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw ScramFirst.malformed();
        }
    }
}
