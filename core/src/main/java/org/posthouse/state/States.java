package org.posthouse.state;

import org.osgi.annotation.versioning.ProviderType;

/** Gives bundles their namespaces of small values. A core service. */
@ProviderType
public interface States {
    /** SOFT may lose the last seconds in a crash, DURABLE nothing that a call returned for. */
    enum Keep { SOFT, DURABLE }

    /** The name is the bundle's. Stays valid over a swap of the state bundle. */
    Space space(String name, Keep keep);
}
