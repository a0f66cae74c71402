package org.posthouse.filedirectory;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.posthouse.net.Site;

/** The domains here.example and there.example. */
final class HereSite implements Site {
    private volatile Set<String> domains = new LinkedHashSet<>(List.of("here.example", "there.example"));

    void domains(String... now) {
        domains = new LinkedHashSet<>(List.of(now));
    }

    @Override public String hostname() {
        return "mail.here.example";
    }

    @Override public Set<String> domains() {
        return domains;
    }

    @Override public String firstDomain() {
        return domains.iterator().next();
    }
}
