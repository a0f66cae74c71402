package org.posthouse.net;

import java.util.List;
import java.util.Set;

/** Whose certificate is taken for the other side's. */
public sealed interface Trust {
    /** Anybody's: against those who only listen. */
    record Anyone() implements Trust {}

    /** One that leads to the trusted roots ({@code tls-roots}) and has one of these names; a certificate may have {@code *} for a label. */
    record Roots(List<String> names) implements Trust {
        public Roots {
            names = List.copyOf(names);
        }
    }

    /** One whose SHA-256, or whose public key's, is one of these; in hexadecimal, in lower case. */
    record Fingerprints(Set<String> digests) implements Trust {
        public Fingerprints {
            digests = Set.copyOf(digests);
        }
    }

    /**
     * One that matches a TLSA record (RFC 7672 §3.1): usage 3 names it, usage 2 its issuer, and then it must have one of these
     * names. Other usages mean nothing.
     */
    record Dane(List<Dns.Tlsa> records, List<String> names) implements Trust {
        public Dane {
            records = List.copyOf(records);
            names = List.copyOf(names);
        }
    }
}
