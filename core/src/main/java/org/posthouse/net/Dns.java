package org.posthouse.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Looks names up (RFC 1034, RFC 1035). A core service. Each call waits at most {@code dns-timeout}, never throws, and tells
 * what is not there from what could not be learned: who cannot be asked is no reason to refuse or bounce anything.
 *
 * <p>Names may be written with U-labels and with a dot at their end; what cannot be a name in the DNS exists nowhere. Names in
 * answers are in lower case, with A-labels, without a dot at the end. An alias (CNAME) is followed. What an answer says came
 * from strangers.
 */
@ProviderType
public interface Dns {
    /** What a look-up came to. */
    sealed interface Answer<T> {}

    /**
     * At least one record, in no order.
     *
     * @param name       whose they are, after all aliases
     * @param authentic  whether a resolver that is believed has validated all of it, aliases too (DNSSEC; RFC 4035 §3.2.3): one
     *                   on the loopback, or any with {@code trust-ad}
     * @param timeToLive how long they may be kept from now
     */
    record Found<T>(List<T> records, String name, boolean authentic, Duration timeToLive) implements Answer<T> {
        public Found {
            records = List.copyOf(records);
        }
    }

    /** There is none, for certain. */
    record None<T>(Absence what, boolean authentic) implements Answer<T> {}

    /** Nobody could say: no resolver answered in time, or none would, or what came makes no sense. May be different soon. */
    record Unknown<T>(String why) implements Answer<T> {}

    /** What is not there: the name (NXDOMAIN), or only a record of this type (RFC 2308 §2). */
    enum Absence { NAME, RECORD }

    /** @param host empty for a null MX (RFC 7505), which accepts no mail */
    record Mx(int preference, String host) {}

    /** RFC 6698 §2.1. */
    record Tlsa(int usage, int selector, int matchingType, byte[] data) {
        public Tlsa {
            data = data.clone();
        }

        @Override
        public byte[] data() {
            return data.clone();
        }
    }

    Answer<Mx> mx(String domain);

    /** IPv4 addresses. */
    Answer<InetAddress> a(String host);

    /** IPv6 addresses. */
    Answer<InetAddress> aaaa(String host);

    /** The names of an address. */
    Answer<String> ptr(InetAddress address);

    /** The strings of each record joined, an octet a character. */
    Answer<String> txt(String name);

    /** @param name with port and protocol: {@code _25._tcp.mx.example.test} */
    Answer<Tlsa> tlsa(String name);

    /** The same service with less patience than {@code dns-timeout}. */
    Dns within(Duration longest);
}
