package org.posthouse.filedirectory;

import java.util.Set;
import org.posthouse.net.Site;

/** This server's domains at one moment; what the files mean depends on them. */
record Domains(String first, Set<String> all) {
    static Domains of(Site site) {
        return new Domains(site.firstDomain(), site.domains());
    }
}
