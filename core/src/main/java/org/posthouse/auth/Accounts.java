package org.posthouse.auth;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.posthouse.net.Peer;

/**
 * Logs users in, the same way for every protocol: throttles by account and address, asks the directories, traces. A core
 * service. Refusals: 5.7.8 wrong name or password (never which), 4.7.0 too many failures or the directory is away.
 */
@ProviderType
public interface Accounts {
    /**
     * SASL mechanisms to offer on this connection as it is now, best first: those of SCRAM where a directory keeps what they need,
     * and bound to TLS where it is on. The caller offers none before TLS where the listener has TLS.
     */
    List<String> mechanisms(Connection client);

    /** Starts an exchange with one client; empty when the mechanism is not offered. */
    Optional<Sasl> sasl(String mechanism, Connection client);

    /** For USER/PASS and LOGIN; a name without {@code @} gets the first domain. The password is wiped. */
    AccountId login(String name, char[] password, Peer client) throws Refusal, IOException;
}
