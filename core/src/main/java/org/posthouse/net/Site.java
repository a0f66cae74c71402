package org.posthouse.net;

import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** What this server calls itself. A core service. */
@ProviderType
public interface Site {
    /** The name in greetings, {@code Received} and certificates. */
    String hostname();

    /** The mail domains it is responsible for, in lower case; the first completes log-in names without {@code @}. */
    Set<String> domains();

    /** The first of {@link #domains}. */
    String firstDomain();
}
