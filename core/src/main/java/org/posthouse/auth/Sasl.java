package org.posthouse.auth;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Refusal;

/**
 * The server's side of one SASL exchange (RFC 4422 §3). The protocol only carries octets: with an initial response it calls
 * {@link #respond} first, without one {@link #begin}. Octets are as they are before base64.
 */
@ProviderType
public interface Sasl {
    sealed interface Step {
        /** Send these octets and call {@link Sasl#respond} with the answer. */
        record Challenge(byte[] octets) implements Step {}

        record Done(AccountId account) implements Step {}
    }

    /** The server's first challenge, empty for mechanisms in which the client begins. */
    Step begin();

    /** The next step. A Refusal ends the exchange: 5.7.8 credentials, 5.5.2 not what the mechanism allows. */
    Step respond(byte[] answer) throws Refusal, IOException;
}
