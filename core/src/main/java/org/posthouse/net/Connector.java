package org.posthouse.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Opens connections to other hosts. A core service. */
@ProviderType
public interface Connector {
    /**
     * A connection on which each step is to be given its time with {@link Outgoing#within}; until then it has what is left
     * of this one.
     *
     * @param from our own address; empty for the system's choice
     * @throws IOException when there is none within that time
     */
    Outgoing connect(InetSocketAddress to, Optional<InetAddress> from, Duration longest) throws IOException;
}
