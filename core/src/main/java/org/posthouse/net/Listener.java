package org.posthouse.net;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Network;

/** One {@code [listener NAME]} section, as protocols and filters may see it. */
@ProviderType
public interface Listener {
    enum Role { MX, SUBMISSION }

    enum Tls { NONE, STARTTLS, IMPLICIT }

    String name();

    /** The name of the protocol it speaks. */
    String protocol();

    Role role();

    Tls tls();

    /** Networks whose clients may send to anywhere without authentication. */
    List<Network> relayFrom();
}
