package org.posthouse.dnsbl;

import java.net.InetAddress;
import java.util.Locale;

/** What a list is asked about, and the name that is looked up for it (RFC 5782 §2.1, §2.4, §3). */
enum Subject {
    /** The client's address. */
    CLIENT,
    /** The names of the client's address, as far as they lead back to it. */
    NAME,
    /** The name the client gave at HELO or EHLO. */
    HELLO,
    /** The domain of the sender's address. */
    SENDER;

    private static final int NIBBLES = 32;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Octets of an IPv4 address, nibbles of an IPv6 address, the last one first. */
    static String reversed(InetAddress address) {
        byte[] octets = address.getAddress();
        var name = new StringBuilder(2 * NIBBLES);
        for (int i = octets.length - 1; i >= 0; i--) {
            if (octets.length == 4) {
                name.append(octets[i] & 0xff).append('.');
            } else {
                name.append(Character.forDigit(octets[i] & 0xf, 16)).append('.').append(Character.forDigit(octets[i] >> 4 & 0xf, 16)).append('.');
            }
        }
        return name.substring(0, name.length() - 1);
    }
}
