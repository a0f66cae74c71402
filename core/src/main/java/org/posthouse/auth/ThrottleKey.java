package org.posthouse.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** What failed log-ins are counted by. Names come from strangers, so it is a digest: small, whatever they send. */
record ThrottleKey(long first, long second) {
    private static final int NETWORK_OCTETS = 8; // an IPv6 client has a /64

    static ThrottleKey account(String account) {
        return key('n', account.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    static ThrottleKey address(InetAddress address) {
        return key('a', network(address), new byte[0]);
    }

    static ThrottleKey both(String account, InetAddress address) {
        return key('b', network(address), account.getBytes(StandardCharsets.UTF_8));
    }

    String text() {
        return Long.toHexString(first) + "." + Long.toHexString(second);
    }

    private static byte[] network(InetAddress address) {
        byte[] octets = address.getAddress();
        return address instanceof Inet6Address ? Arrays.copyOf(octets, NETWORK_OCTETS) : octets;
    }

    private static ThrottleKey key(char kind, byte[] one, byte[] two) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) kind);
            digest.update((byte) one.length);
            digest.update(one);
            var first = ByteBuffer.wrap(digest.digest(two));
            return new ThrottleKey(first.getLong(), first.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
