package org.posthouse.smtpdelivery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.posthouse.message.Status;
import org.posthouse.net.Dns;
import org.posthouse.net.Dns.Absence;
import org.posthouse.net.Dns.Mx;
import org.posthouse.net.Site;

/**
 * Finds the hosts of a destination, best first (RFC 5321 §5.1). What cannot be learned is {@link Later}; only what the DNS says is
 * not there is {@link Never}.
 */
final class MailHosts {
    private static final int MOST_EXCHANGERS = 20;
    private static final int MOST_ADDRESSES = 8; // of one host

    enum Family { ANY, IPV4, IPV6 }

    /** Where mail for a target goes. */
    sealed interface Search {}

    /** Names of hosts, best first; at least one. */
    record Names(List<String> names, Host.Assurance assurance) implements Search {}

    record Never(Status why) implements Search {}

    record Later(Status why) implements Search {}

    private record Found(InetAddress address, String canonical, Host.Assurance assurance) {}

    /** Addresses of one host, in the order to try; or why there are none. */
    record Addresses(List<Host> hosts, Optional<Status> why) {}

    private final Dns dns;
    private final Site site;
    private final Family family;
    private final Random random = new Random();

    MailHosts(Dns dns, Site site, Family family) {
        this.dns = dns;
        this.site = site;
        this.family = family;
    }

    Search names(Target target) {
        if (target.kind() == Target.Kind.HOST) {
            return new Names(List.of(target.name()), Host.Assurance.SIGNED); // nobody had to be asked
        }
        return switch (dns.mx(target.name())) {
            case Dns.Unknown<Mx>(var why) -> new Later(new Status("4.4.3", "the mail exchangers of " + target.name() + " cannot be looked up: " + why));
            case Dns.None<Mx>(var what, _) when what == Absence.NAME -> new Never(new Status("5.1.2", "there is no domain " + target.name()));
            case Dns.None<Mx>(_, var authentic) -> new Names(List.of(target.name()), assurance(authentic)); // RFC 5321 §5.1: its own address is an implicit MX
            case Dns.Found<Mx>(var records, _, var authentic, _) -> exchangers(target.name(), records, assurance(authentic));
        };
    }

    private static Host.Assurance assurance(boolean authentic) {
        return authentic ? Host.Assurance.SIGNED : Host.Assurance.UNSIGNED;
    }

    private Search exchangers(String domain, List<Mx> records, Host.Assurance assurance) {
        var usable = new ArrayList<>(records.stream().filter(mx -> !mx.host().isEmpty()).toList());
        if (usable.isEmpty()) {
            return new Never(new Status("5.1.10", domain + " accepts no mail")); // RFC 7505 §4.2
        }
        Collections.shuffle(usable, random); // equal ones in any order
        usable.sort(Comparator.comparingInt(Mx::preference));
        int ourselves = usable.stream().filter(mx -> mx.host().equalsIgnoreCase(site.hostname())).mapToInt(Mx::preference).min()
                .orElse(Integer.MAX_VALUE);
        var better = usable.stream().filter(mx -> mx.preference() < ourselves).map(Mx::host).distinct().limit(MOST_EXCHANGERS).toList();
        return better.isEmpty() ? new Never(loop(domain)) : new Names(better, assurance);
    }

    /** RFC 5321 §5.1: if nobody is better than we are, the mail would come back to us. */
    static Status loop(String domain) {
        return new Status("5.4.6", "the mail of " + domain + " leads back to this server, which does not know the domain");
    }

    /** Of one of the names; how far they are sure is not more than the names were. */
    Addresses addresses(Target target, String name, Host.Assurance assurance) {
        if (target.address().isPresent()) {
            var address = target.address().get();
            return new Addresses(List.of(host(target, address.getHostAddress(), new Found(address, name, Host.Assurance.UNSIGNED))), Optional.empty());
        }
        var six = new ArrayList<Found>();
        var four = new ArrayList<Found>();
        var unknown = new ArrayList<String>();
        if (family != Family.IPV4) {
            take(dns.aaaa(name), assurance, six, unknown);
        }
        if (family != Family.IPV6) {
            take(dns.a(name), assurance, four, unknown);
        }
        if (six.isEmpty() && four.isEmpty()) {
            var why = unknown.isEmpty() ? new Status("5.4.4", name + " has no address")
                    : new Status("4.4.3", "the address of " + name + " cannot be looked up: " + unknown.getFirst());
            return new Addresses(List.of(), Optional.of(why));
        }
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < Math.max(six.size(), four.size()) && hosts.size() < MOST_ADDRESSES; i++) {
            if (i < six.size()) {
                hosts.add(host(target, name, six.get(i)));
            }
            if (i < four.size()) {
                hosts.add(host(target, name, four.get(i)));
            }
        }
        return new Addresses(List.copyOf(hosts), Optional.empty());
    }

    private void take(Dns.Answer<InetAddress> answer, Host.Assurance assurance, List<Found> addresses, List<String> unknown) {
        switch (answer) {
            case Dns.Found<InetAddress>(var records, var canonical, var authentic, _) -> {
                records.forEach(r -> addresses.add(new Found(r, canonical, authentic ? assurance : Host.Assurance.UNSIGNED)));
                Collections.shuffle(addresses, random);
            }
            case Dns.None<InetAddress> _ -> { }
            case Dns.Unknown<InetAddress>(var why) -> unknown.add(why);
        }
    }

    private static Host host(Target target, String name, Found found) {
        return new Host(name, target.name(), new InetSocketAddress(found.address, target.port()), found.canonical,
                target.kind() == Target.Kind.HOST ? Host.Found.NAMED : Host.Found.EXCHANGER, found.assurance);
    }
}
