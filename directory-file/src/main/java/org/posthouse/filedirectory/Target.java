package org.posthouse.filedirectory;

import org.posthouse.message.Address;

/** Whom an alias leads to. */
sealed interface Target {
    /** An address; one without a domain is in the domain of the address that was asked for. */
    record One(Address address) implements Target {}

    /** All who stand in a file of {@code conf/}. */
    record Listed(String file) implements Target {}
}
