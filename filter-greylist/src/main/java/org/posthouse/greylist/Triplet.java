package org.posthouse.greylist;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.posthouse.message.Address;
import org.posthouse.message.Network;

/** Who wants to write to whom, from where: addresses in lower case. Keys are digests, since addresses can be long. */
record Triplet(Network network, String sender, String recipient) {
    private static final int DIGEST_OCTETS = 16;

    static Triplet of(Network network, Address sender, Address recipient) {
        return new Triplet(network, sender.toString().toLowerCase(Locale.ROOT), recipient.toString().toLowerCase(Locale.ROOT));
    }

    /** The block of that many bits in which the address lies. */
    static Network network(InetAddress address, int prefixBits) {
        byte[] octets = address.getAddress();
        for (int i = 0; i < octets.length; i++) {
            int kept = Math.clamp(prefixBits - 8 * i, 0, 8);
            octets[i] &= (byte) (0xff00 >> kept);
        }
        try {
            return new Network(InetAddress.getByAddress(octets), prefixBits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for arrays of another length
        }
    }

    String key() {
        return "triplet " + digest(network + " " + sender + " " + recipient);
    }

    String pairKey() {
        return "pair " + digest(sender + " " + recipient);
    }

    String networkKey() {
        return "network " + network;
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_OCTETS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
