package org.posthouse.kernel;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.posthouse.config.Values;
import org.posthouse.net.Site;

/** What the top lines of the configuration call this server. */
final class ConfiguredSite implements Site {
    private record Names(String hostname, Set<String> domains, String first) {}

    private volatile Names names = new Names("localhost", Set.of("localhost"), "localhost");

    void configure(Values top) {
        var domains = new LinkedHashSet<String>();
        top.list("domains").forEach(d -> domains.add(d.toLowerCase(Locale.ROOT)));
        names = new Names(top.text("hostname"), Collections.unmodifiableSet(domains), domains.getFirst());
    }

    @Override
    public String hostname() {
        return names.hostname();
    }

    @Override
    public Set<String> domains() {
        return names.domains();
    }

    @Override
    public String firstDomain() {
        return names.first();
    }
}
