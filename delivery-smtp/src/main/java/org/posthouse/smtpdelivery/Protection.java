package org.posthouse.smtpdelivery;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.posthouse.net.Dns;
import org.posthouse.net.Dns.Tlsa;
import org.posthouse.net.Trust;

/**
 * What TLS a destination's hosts get: what the operator says, or, where that is {@code auto}, what is published: TLSA records of a
 * host that is found by signed records (RFC 7672), else the domain's MTA-STS policy (RFC 8461), else TLS with anybody if possible.
 */
final class Protection {
    private final Policy policy;
    private final Dns dns;
    private final StsPolicies policies;
    private final TlsResults results;
    private final Target target;
    private Optional<Optional<StsPolicy>> sts = Optional.empty();
    private boolean waived;

    Protection(Policy policy, Target target, Dns dns, StsPolicies policies, TlsResults results) {
        this.policy = policy;
        this.target = target;
        this.dns = dns;
        this.policies = policies;
        this.results = results;
    }

    /**
     * For one message. Its sender may waive what is published, never what the operator says.
     *
     * @throws NoSession when this host must not be used
     */
    Demand of(Host host, Letter letter) throws NoSession {
        if (policy.level() != Policy.Level.AUTO) {
            return policy.demand(host);
        }
        if (letter.waivesTls()) {
            waived = true;
            return Demand.IF_POSSIBLE;
        }
        var dane = host.assurance() == Host.Assurance.SIGNED ? dane(host) : Optional.<Demand>empty();
        return dane.isPresent() ? dane.get() : sts(host);
    }

    /** Whether sessions are good for this message alone. */
    boolean waived() {
        return waived;
    }

    /** RFC 7672 §2.2.2: first with the name at the end of the aliases, then with the one in the MX record. */
    private Optional<Demand> dane(Host host) throws NoSession {
        for (var base : Stream.of(host.canonical(), host.name()).distinct().toList()) {
            switch (dns.tlsa("_" + host.address().getPort() + "._tcp." + base)) {
                case Dns.Found<Tlsa>(var records, _, var authentic, _) when authentic -> {
                    return Optional.of(byRecords(host, base, records));
                }
                case Dns.Unknown<Tlsa>(var why) -> // RFC 7672 §2.1.2: who cuts us off from them must not win
                    throw new NoSession("4.7.5", "the TLSA records of " + host + " cannot be looked up (DANE): " + why);
                case Dns.Found<Tlsa> _, Dns.None<Tlsa> _ -> { }
            }
        }
        return Optional.empty();
    }

    /** RFC 7672 §2.2: where none can be used, TLS must be, with anybody. */
    private static Demand byRecords(Host host, String base, List<Tlsa> records) {
        var usable = records.stream().filter(r -> (r.usage() == 2 || r.usage() == 3) && r.selector() <= 1 && r.matchingType() <= 2).toList();
        var names = Stream.of(base, host.name(), host.domain()).distinct().toList();
        return new Demand(Demand.Need.MUST, usable.isEmpty() ? new Trust.Anyone() : new Trust.Dane(usable, names), Optional.of(base), Demand.By.TLSA,
                records.stream().map(Protection::written).toList());
    }

    /** As a zone file has it (RFC 6698 §2.2). */
    private static String written(Tlsa record) {
        return record.usage() + " " + record.selector() + " " + record.matchingType() + " " + HexFormat.of().formatHex(record.data());
    }

    private Demand sts(Host host) throws NoSession {
        if (host.found() != Host.Found.EXCHANGER) {
            return Demand.IF_POSSIBLE;
        }
        if (sts.isEmpty()) {
            sts = Optional.of(policies.of(target.name()));
        }
        var found = sts.get().filter(p -> p.mode() != StsPolicy.Mode.NONE);
        if (found.isEmpty()) {
            return Demand.IF_POSSIBLE;
        }
        return by(host, found.get());
    }

    private Demand by(Host host, StsPolicy policy) throws NoSession {
        boolean enforced = policy.mode() == StsPolicy.Mode.ENFORCE;
        var demand = new Demand(Demand.Need.MUST, new Trust.Roots(List.of(host.name())), Optional.empty(),
                enforced ? Demand.By.STS : Demand.By.STS_TESTING, policy.published());
        if (policy.covers(host.name())) {
            return demand;
        }
        results.count(host, demand, "validation-failure", Optional.empty());
        if (enforced) {
            throw new NoSession("4.7.5", host + " is not one of those that " + host.domain() + " names (MTA-STS)");
        }
        return Demand.IF_POSSIBLE;
    }
}
