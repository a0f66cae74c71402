package org.posthouse.net;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A site that calls itself what it is told to, for tests. */
public record FixedSite(String hostname, Set<String> domains) implements Site {
    public FixedSite(String hostname, String... domains) {
        this(hostname, Collections.unmodifiableSet(new LinkedHashSet<>(List.of(domains))));
    }

    /** {@code mail.example.test}, which serves example.test and example.org. */
    public FixedSite() {
        this("mail.example.test", "example.test", "example.org");
    }

    @Override
    public String firstDomain() {
        return domains.iterator().next();
    }
}
