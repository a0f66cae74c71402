package org.posthouse.auth;

import java.util.List;
import java.util.Optional;

/** What can name the connection that an exchange comes over. */
interface Channel {
    /** RFC 9266 and RFC 5929 §4; the client chooses. */
    List<String> TYPES = List.of("tls-exporter", "tls-server-end-point");

    /** Empty for a type it does not have. */
    Optional<byte[]> binding(String type);

    default boolean canBind() {
        return TYPES.stream().anyMatch(type -> binding(type).isPresent());
    }
}
