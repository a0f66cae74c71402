package org.posthouse.observe;

import org.osgi.annotation.versioning.ProviderType;

/** Takes down what happens to sessions and messages, for {@code posthouse trace} and observers. A core service. Never blocks. */
@ProviderType
public interface Trace {
    /** @param values alternating names and values; a null value is left out */
    void event(String id, String what, Object... values);
}
