package org.posthouse.net;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * From a name over its aliases to the records (RFC 1034 §3.6.2), taking from each reply only what belongs to the name that was
 * asked for.
 */
final class DnsWalk {
    private static final int MOST_ALIASES = 16;
    private static final int MOST_QUESTIONS = 8;
    private static final long LONGEST_LIFE = Duration.ofDays(1).toSeconds();
    private static final long LONGEST_ABSENCE = Duration.ofHours(1).toSeconds(); // RFC 2308 §5: 1 to 3 hours
    private static final long NAMELESS_ABSENCE = 5; // without SOA it is not to be kept; this only spares the resolver

    /** @param octets of the reply it came in */
    record Learned(Dns.Answer<Record> answer, Duration life, int octets) {}

    private final NameServers servers;
    private final int type;
    private final long deadline;
    private final Set<Name> seen = new HashSet<>();
    private boolean authentic = true;
    private long life = LONGEST_LIFE;

    /** @param deadline in nanoseconds */
    DnsWalk(NameServers servers, int type, long deadline) {
        this.servers = servers;
        this.type = type;
        this.deadline = deadline;
    }

    Learned from(Name first) throws DnsFailure {
        var at = first;
        for (int asked = 0; asked < MOST_QUESTIONS; asked++) {
            var reply = servers.ask(DnsjavaDns.question(at, type), deadline);
            authentic &= reply.authentic();
            var message = reply.message();
            var end = overAliases(at, message);
            var records = message.getSection(Section.ANSWER).stream()
                    .filter(r -> r.getType() == type && r.getDClass() == DClass.IN && r.getName().equals(end)).toList();
            if (!records.isEmpty()) {
                return found(records, end, message);
            }
            if (message.getRcode() == Rcode.NXDOMAIN || end.equals(at) || hasSoa(message)) {
                return none(message, end.equals(at));
            }
            at = end; // a server that knows only its own zones leaves the rest to us
        }
        throw DnsFailure.refused("too many aliases of " + first);
    }

    private Name overAliases(Name from, Message message) throws DnsFailure {
        var at = from;
        for (var alias = alias(at, message); alias.isPresent(); alias = alias(at, message)) {
            if (!seen.add(at) || seen.size() > MOST_ALIASES) {
                throw DnsFailure.refused("aliases without an end at " + at);
            }
            life = Math.min(life, alias.get().getTTL());
            at = alias.get().getTarget();
        }
        return at;
    }

    private static Optional<CNAMERecord> alias(Name of, Message message) {
        return message.getSection(Section.ANSWER).stream().filter(r -> r.getDClass() == DClass.IN && r.getName().equals(of))
                .filter(CNAMERecord.class::isInstance).map(CNAMERecord.class::cast).findFirst();
    }

    private Learned found(List<Record> records, Name owner, Message message) {
        records.forEach(r -> life = Math.min(life, r.getTTL()));
        var lives = Duration.ofSeconds(life);
        return new Learned(new Dns.Found<>(records, DnsjavaDns.written(owner), authentic, lives), lives, message.numBytes());
    }

    private Learned none(Message message, boolean straight) throws DnsFailure {
        boolean missing = message.getRcode() == Rcode.NXDOMAIN;
        if (!missing && straight && isReferral(message)) {
            throw DnsFailure.refused("it only named other servers");
        }
        long absent = message.getSection(Section.AUTHORITY).stream().filter(SOARecord.class::isInstance).map(SOARecord.class::cast)
                .mapToLong(soa -> Math.min(soa.getTTL(), soa.getMinimum())).findFirst().orElse(NAMELESS_ABSENCE); // RFC 2308 §5
        var lives = Duration.ofSeconds(Math.min(life, Math.min(absent, LONGEST_ABSENCE)));
        return new Learned(new Dns.None<>(missing ? Dns.Absence.NAME : Dns.Absence.RECORD, authentic), lives, 0);
    }

    /** RFC 2308 §2.2: an answer without records is one, unless it only names servers to ask. */
    private static boolean isReferral(Message message) {
        return !hasSoa(message) && !message.getHeader().getFlag(Flags.AA)
                && message.getSection(Section.AUTHORITY).stream().anyMatch(r -> r.getType() == Type.NS);
    }

    private static boolean hasSoa(Message message) {
        return message.getSection(Section.AUTHORITY).stream().anyMatch(SOARecord.class::isInstance);
    }
}
