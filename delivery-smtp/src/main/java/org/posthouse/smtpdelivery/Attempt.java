package org.posthouse.smtpdelivery;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.posthouse.message.Status;
import org.posthouse.net.Site;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.Outcome;
import org.posthouse.smtpdelivery.Credentials.Credential;
import org.posthouse.smtpdelivery.Fate.Next;

/**
 * One try to bring one message to one destination: by a session that is still open, else by the hosts in their order, until
 * everybody has a final answer or there are no more of them. Who gets none waits.
 */
final class Attempt {
    /** What all attempts share. */
    record Rooms(Settings settings, MailHosts hosts, Opening opening, IdleSessions idle, TlsResults results, Trace trace, Site site) {}

    private static final int MOST_SESSIONS = 3; // with hosts that answer; others are no effort for anybody

    private final Rooms rooms;
    private final Consignment consignment;
    private final Letter letter;
    private final Target target;
    private final Protection protection;
    private final Optional<Credential> credential;
    private final IdleSessions.Key key;
    private final long until;
    private final Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<Recipient, Outcome> said = new HashMap<>();
    private final Set<InetSocketAddress> heard = new HashSet<>(); // whose word on this message is known
    private Status last = new Status("4.4.1", "no host could be reached");
    private int tried;
    private int sessions;

    Attempt(Rooms rooms, Consignment consignment, Letter letter, Target target, Policy policy, Protection protection,
            Optional<Credential> credential) {
        this.rooms = rooms;
        this.consignment = consignment;
        this.letter = letter;
        this.target = target;
        this.protection = protection;
        this.credential = credential;
        this.key = new IdleSessions.Key(consignment.to().transport() + ":" + consignment.to().target(), policy,
                rooms.settings.identity(consignment.from().address().domain()) + (letter.requiresTls() ? " proven" : ""));
        this.until = System.nanoTime() + rooms.settings.attempt().toNanos();
    }

    private boolean isLmtp() {
        return consignment.to().transport().equals("lmtp");
    }

    /** An outcome for everybody. */
    Map<Recipient, Outcome> made() {
        reused();
        if (!pending().isEmpty()) {
            switch (rooms.hosts.names(target)) {
                case MailHosts.Names(var names, var assurance) -> by(names, assurance);
                case MailHosts.Never(var why) -> last = why;
                case MailHosts.Later(var why) -> last = why;
            }
        }
        for (var to : pending()) {
            var otherwise = last.permanent() ? new Outcome.Failed(last) : new Outcome.Deferred(last);
            outcomes.put(to, said.getOrDefault(to, otherwise)); // what a server said of this one tells more
        }
        return outcomes;
    }

    private List<Recipient> pending() {
        return consignment.recipients().stream().filter(to -> !outcomes.containsKey(to)).toList();
    }

    /** By sessions that are still open; one that turns out to be gone has cost nothing. */
    private void reused() {
        for (var session = rooms.idle.take(key); session.isPresent(); session = rooms.idle.take(key)) {
            if (deliver(session.get())) {
                return;
            }
        }
    }

    /** Where no host has an address at all, that is final. */
    private void by(List<String> names, Host.Assurance assurance) {
        int absent = 0;
        for (var name : names) {
            var found = rooms.hosts.addresses(target, name, assurance);
            if (found.why().isPresent()) {
                var why = found.why().get();
                absent += why.permanent() ? 1 : 0;
                last = why.temporary() || absent == names.size() ? why : last;
            }
            for (var host : found.hosts().stream().filter(h -> !heard.contains(h.address())).toList()) {
                if (!goesOn() || !tried(host)) {
                    return;
                }
            }
        }
    }

    private boolean goesOn() {
        return !pending().isEmpty() && tried < rooms.settings.hosts() && sessions < MOST_SESSIONS && System.nanoTime() - until < 0;
    }

    /** False when there is no sense in those after it: they are no better than ourselves. */
    private boolean tried(Host host) {
        tried++;
        try {
            var demand = protection.of(host, letter);
            var session = open(host, letter.requiresTls() ? demand.proven(host) : demand);
            sessions++;
            deliver(session);
            return true;
        } catch (NoSession e) {
            rooms.trace.event(consignment.id().text(), "unreached", "host", host, "why", e.status());
            last = e.isOurselves() && tried > 1 ? last : e.status(); // better ones may be back another day
            return !e.isOurselves();
        }
    }

    private Session open(Host host, Demand demand) throws NoSession {
        var source = rooms.settings.source(consignment.from().address().domain(), host.address().getAddress());
        var wishes = new Opening.Wishes(isLmtp() ? "LHLO" : "EHLO", rooms.site.hostname(), demand, credential, source);
        try {
            var session = rooms.opening.open(host, wishes, until);
            rooms.results.count(host, demand, TlsResults.SUCCESSFUL, Optional.of(session.wire().local().getAddress()));
            return session;
        } catch (NoSession e) {
            e.tls().ifPresent(cause -> rooms.results.count(host, demand, cause, e.from()));
            if (demand.by() == Demand.By.STS_TESTING && e.tls().isPresent()) {
                return open(host, Demand.IF_POSSIBLE); // RFC 8461 §5: it is told of, and no more
            }
            throw e;
        }
    }

    /** False when the session was gone before it heard of the message. */
    private boolean deliver(Session session) {
        session.until(until);
        var left = new ArrayList<>(pending());
        boolean answered = false;
        while (!left.isEmpty() && session.usable()) {
            var some = List.copyOf(left.subList(0, Math.min(left.size(), rooms.settings.recipients())));
            var sending = new Sending(session, letter, rooms.settings.chunking(), isLmtp());
            var fates = sending.to(some);
            answered |= sending.answered();
            if (!answered && sessions == 0) {
                break; // it was left over, and the server had closed it
            }
            fates.forEach((to, fate) -> {
                note(session, to, fate);
                if (fate.next() != Next.OTHER_MESSAGE) {
                    left.remove(to);
                }
            });
            session.until(until);
        }
        if (session.usable()) {
            heard.add(session.host().address());
        }
        release(session);
        return answered;
    }

    private void note(Session session, Recipient to, Fate fate) {
        rooms.trace.event(consignment.id().text(), "remote", "to", to, "host", session.host(), "tls", session.tls(), "reply", fate.reply());
        (fate.next() == Next.NOTHING ? outcomes : said).put(to, fate.outcome());
    }

    private void release(Session session) {
        if (session.usable() && session.messages() < rooms.settings.messages() && !protection.waived()) {
            rooms.idle.put(key, session);
        } else {
            session.close();
        }
    }
}
