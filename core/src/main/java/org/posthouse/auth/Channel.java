package org.posthouse.auth;

import java.util.Optional;

/** What can name the connection that an exchange comes over. */
interface Channel {
    /** Empty for a type it does not have. */
    Optional<byte[]> binding(String type);

    /**
     * Whether to offer a mechanism that binds. The client chooses the type, and most know {@code tls-exporter} with TLS 1.3 and
     * the unsafe {@code tls-unique} before (RFC 9266 §3): where we lack the first, the offer would lead them into a refusal.
     */
    default boolean canBind() {
        return binding("tls-exporter").isPresent();
    }
}
