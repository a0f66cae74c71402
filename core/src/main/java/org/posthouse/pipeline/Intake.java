package org.posthouse.pipeline;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** The one door through which messages come in, whatever the protocol. A core service. */
@ProviderType
public interface Intake {
    /** Begins a message; the filters' view of connect and hello is asked at the first recipient. */
    Transaction begin(Client client) throws IOException;
}
