package org.posthouse.message;

import java.net.InetAddress;

/** A block of addresses, {@code 192.0.2.0/24} or {@code 2001:db8::/32} (RFC 4632, RFC 4291 §2.3); one address is a block too. */
public record Network(InetAddress first, int prefixBits) {
    /** Whether the address lies in this block; an IPv4-mapped IPv6 address counts as IPv4. */
    public boolean contains(InetAddress address) {
        byte[] a = first.getAddress();
        byte[] b = address.getAddress();
        if (a.length != b.length) {
            return false;
        }
        int whole = prefixBits / 8;
        for (int i = 0; i < whole; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        int rest = prefixBits % 8;
        return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + prefixBits;
    }
}
