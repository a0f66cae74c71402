package org.posthouse.smtpdelivery;

import java.util.List;
import java.util.Optional;
import org.posthouse.net.Trust;

/**
 * What TLS one host gets.
 *
 * @param name      whom to ask for (SNI); empty for the host's own name
 * @param by        whose word it is
 * @param published what they say, for reports
 */
record Demand(Need need, Trust trust, Optional<String> name, By by, List<String> published) {
    enum Need { NONE, IF_POSSIBLE, MUST }

    /** The operator, the host's TLSA records, the domain's MTA-STS policy in force, or one that is only tested. */
    enum By { SETTING, TLSA, STS, STS_TESTING }

    static final Demand NONE = new Demand(Need.NONE, new Trust.Anyone(), Optional.empty(), By.SETTING, List.of());
    static final Demand IF_POSSIBLE = new Demand(Need.IF_POSSIBLE, new Trust.Anyone(), Optional.empty(), By.SETTING, List.of());

    Demand {
        published = List.copyOf(published);
    }

    static Demand must(Trust trust) {
        return new Demand(Need.MUST, trust, Optional.empty(), By.SETTING, List.of());
    }

    /** RFC 8689 §4.2.1: with a host that is proven, and that was found in a way that nobody could bend. */
    Demand proven(Host host) throws NoSession {
        if (needsTls() && !(trust instanceof Trust.Anyone)) {
            return this;
        }
        if (host.found() == Host.Found.EXCHANGER && host.assurance() == Host.Assurance.UNSIGNED) {
            throw new NoSession("5.7.30", "the sender asked for a host that is proven (REQUIRETLS), and nobody vouches for " + host);
        }
        return must(new Trust.Roots(List.of(host.name())));
    }

    /** For those who read why mail waits. */
    String author() {
        return switch (by) {
            case SETTING -> "";
            case TLSA -> " (DANE)";
            case STS, STS_TESTING -> " (MTA-STS)";
        };
    }

    boolean wantsTls() {
        return need != Need.NONE;
    }

    boolean needsTls() {
        return need == Need.MUST;
    }
}
