package org.posthouse.pipeline;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Rate;
import org.posthouse.message.Refusal;
import org.posthouse.state.Space;
import org.posthouse.state.States;

/**
 * Counts the recipients that users send to, by account and by client address (an IPv6 client's address is its /64), so that a
 * stolen password does bounded harm. The time begins with the first recipient; when it is over, counting begins anew. While the
 * states are away mail waits.
 */
final class SubmissionRates {
    private static final int LONGEST_NAME = 200; // a key has at most 256 characters; longer accounts that begin alike count as one

    private final Space counts;

    SubmissionRates(States states) {
        this.counts = states.space("submission", States.Keep.SOFT);
    }

    void count(AccountId account, Rate rate) throws Refusal, IOException {
        var name = account.name();
        count("account/" + name.substring(0, Math.min(name.length(), LONGEST_NAME)), "this account", rate);
    }

    void count(InetAddress address, Rate rate) throws Refusal, IOException {
        byte[] octets = address.getAddress();
        byte[] network = address instanceof Inet6Address ? Arrays.copyOf(octets, 8) : octets;
        count("address/" + HexFormat.of().formatHex(network), "this address", rate);
    }

    private void count(String key, String of, Rate rate) throws Refusal, IOException {
        if (counts.add(key, 1, rate.within()) > rate.most()) {
            throw new Refusal("4.7.1", "too many recipients from " + of + " for now, try again later");
        }
    }
}
