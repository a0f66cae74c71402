package org.posthouse.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Asks one resolver after the other, first the one that answered last, until one answers. Who is silent is asked again with
 * twice the time; when all have said that they cannot tell, that is the end.
 */
final class NameServers {
    private static final Duration FIRST_WAIT = Duration.ofMillis(1_500);
    private static final int EDNS_OCTETS = 1_232; // fits into the smallest IPv6 datagram

    /** @param authentic whether a believed resolver has validated it */
    record Reply(Message message, boolean authentic) {}

    private final List<NameServer> servers;
    private final boolean trusted;
    private final SecureRandom random = new SecureRandom();
    private volatile int preferred;

    /** @param trusted whether to believe those too that are not on the loopback, when they say that they have validated */
    NameServers(List<NameServer> servers, boolean trusted) {
        this.servers = List.copyOf(servers);
        this.trusted = trusted;
    }

    /** @param deadline in nanoseconds */
    Reply ask(Record question, long deadline) throws DnsFailure {
        String why = "";
        for (var wait = FIRST_WAIT; ; wait = wait.multipliedBy(2)) {
            boolean silent = false;
            int first = preferred;
            for (int i = 0; i < servers.size(); i++) {
                int n = (first + i) % servers.size();
                var server = servers.get(n);
                try {
                    var reply = ask(server, question, Math.min(deadline, System.nanoTime() + wait.toNanos()));
                    int rcode = reply.getRcode();
                    if (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN) {
                        preferred = n;
                        return new Reply(reply, reply.getHeader().getFlag(Flags.AD) && (trusted || server.near()));
                    }
                    why = server.address() + " said " + Rcode.string(rcode);
                } catch (SocketTimeoutException e) {
                    silent = true;
                    why = server.address() + " did not answer";
                } catch (IOException e) {
                    why = server.address() + ": " + e.getMessage();
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw DnsFailure.late("interrupted");
                }
                if (System.nanoTime() - deadline >= 0) {
                    throw DnsFailure.late(why);
                }
            }
            if (!silent) {
                throw DnsFailure.refused(why);
            }
        }
    }

    /** RFC 6891 §6.2.2: who does not know EDNS is asked without it. */
    private Message ask(NameServer server, Record question, long deadline) throws IOException {
        var reply = server.ask(query(question, true), deadline);
        return switch (reply.getRcode()) {
            case Rcode.FORMERR, Rcode.NOTIMP, Rcode.BADVERS -> server.ask(query(question, false), deadline);
            default -> reply;
        };
    }

    private Message query(Record question, boolean extended) {
        var query = Message.newQuery(question);
        query.getHeader().setID(random.nextInt(0x10000));
        query.getHeader().setFlag(Flags.AD); // RFC 6840 §5.7: tell us whether it was validated
        if (extended) {
            query.addRecord(new OPTRecord(EDNS_OCTETS, 0, 0, 0), Section.ADDITIONAL);
        }
        return query;
    }
}
