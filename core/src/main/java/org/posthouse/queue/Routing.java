package org.posthouse.queue;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Renaming;
import org.posthouse.message.Setting;
import org.posthouse.message.Transport;
import org.posthouse.message.Whom;

/**
 * What {@code [routing]} and all {@code [route NAME]} say.
 *
 * @param srsDomain of the senders that forwarded mail gets; empty: it keeps its own
 */
record Routing(Preset preset, List<Transport> smarthosts, Set<Whom> relayDomains, Set<Whom> relayRecipients,
        Map<Whom, Renaming> senders, Map<Whom, Renaming> recipients, Optional<String> srsDomain, Rules rules) {
    /** What Debian's installer asks of a mail server. */
    enum Preset { INTERNET, SMARTHOST, SATELLITE, LOCAL }

    /** Reads a file of {@code conf/}, in lines. */
    interface Files {
        List<String> lines(String name) throws IOException;
    }

    static final Routing USUAL = new Routing(Preset.INTERNET, List.of(), Set.of(), Set.of(), Map.of(), Map.of(), Optional.empty(),
            Rules.NONE);

    private static final String INCLUDE = ":include:";

    /** @param domains ours, in lower case, the first first */
    static Routing of(Values routing, List<Values> routes, List<String> domains, Files files) {
        try {
            var preset = routing.has("preset") ? Preset.valueOf(routing.text("preset").toUpperCase(Locale.ROOT)) : Preset.INTERNET;
            var smarthosts = routing.has("smarthost") ? Rule.hosts("smarthost", routing.list("smarthost")) : List.<Transport>of();
            boolean needed = preset == Preset.SMARTHOST || preset == Preset.SATELLITE;
            if (needed && smarthosts.isEmpty()) {
                throw new BadSetting("smarthost", "preset = " + routing.text("preset") + " needs one; write smarthost = smtp:[relay.example]:587");
            }
            return new Routing(preset, smarthosts, relayDomains(routing, domains), recipients(routing, files),
                    renamings("sender-canonical", routing), renamings("recipient-canonical", routing), srs(routing, domains),
                    new Rules(routes.stream().map(Rule::of).toList()));
        } catch (BadSetting e) {
            throw e.section().isEmpty() ? e.in("routing") : e;
        }
    }

    private static Set<Whom> relayDomains(Values routing, List<String> domains) {
        var all = routing.has("relay-domains") ? Rule.whom("relay-domains", routing.list("relay-domains")) : Set.<Whom>of();
        for (var whom : all) {
            if (whom.isAddress() || whom.isEverybody()) {
                throw new BadSetting("relay-domains", "'" + whom + "' is no domain; write them like example.org, .example.org");
            }
            if (domains.stream().anyMatch(d -> Whom.ascii(d).equals(whom.text()))) {
                throw new BadSetting("relay-domains", whom + " is one of domains already; take it out of one of the two");
            }
        }
        return all;
    }

    private static Set<Whom> recipients(Values routing, Files files) {
        var all = new HashSet<Whom>();
        for (var text : routing.has("relay-recipients") ? routing.list("relay-recipients") : List.<String>of()) {
            if (text.startsWith(INCLUDE)) {
                all.addAll(included(text.substring(INCLUDE.length()).strip(), files));
            } else {
                all.add(Setting.whom("relay-recipients", text));
            }
        }
        return Set.copyOf(all);
    }

    private static Set<Whom> included(String name, Files files) {
        var all = new HashSet<Whom>();
        try {
            int number = 0;
            for (var line : files.lines(name)) {
                number++;
                var text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    all.add(whom(text, name, number));
                }
            }
            return all;
        } catch (IOException e) {
            throw new BadSetting("relay-recipients", "conf/" + name + " cannot be read (" + e.getMessage() + "); make it, one address a line");
        }
    }

    private static Whom whom(String text, String name, int line) {
        try {
            return Setting.whom("relay-recipients", text);
        } catch (BadSetting e) {
            throw new BadSetting(e.key(), "conf/" + name + ":" + line + ": " + e.mend());
        }
    }

    private static Map<Whom, Renaming> renamings(String key, Values routing) {
        var all = new HashMap<Whom, Renaming>();
        for (var text : routing.has(key) ? routing.list(key) : List.<String>of()) {
            var renaming = Setting.renaming(key, text);
            if (all.put(renaming.from(), renaming) != null) {
                throw new BadSetting(key, renaming.from() + " stands here twice; keep one of them");
            }
        }
        return Map.copyOf(all);
    }

    private static Optional<String> srs(Values routing, List<String> domains) {
        if (!routing.has("srs") || !routing.flag("srs")) {
            return Optional.empty();
        }
        return routing.has("srs-domain") ? Optional.of(routing.text("srs-domain").toLowerCase(Locale.ROOT))
                : domains.stream().findFirst();
    }

    Address sender(Address address) {
        return renamed(senders, address);
    }

    Address recipient(Address address) {
        return renamed(recipients, address);
    }

    /** Once: what it leads to is not looked up again. */
    private static Address renamed(Map<Whom, Renaming> all, Address address) {
        if (all.isEmpty() || address.isNull() || !address.hasDomain()) {
            return address;
        }
        var exact = all.get(Whom.of(address));
        var renaming = exact != null ? exact : all.get(new Whom(Whom.ascii(address.domain())));
        return renaming == null ? address : renaming.of(address);
    }

    /** Whether the mail of this domain is for hosts behind us. */
    boolean relays(Address address) {
        return !relayDomains.isEmpty() && Whom.all(address).stream().filter(w -> !w.isAddress()).anyMatch(relayDomains::contains);
    }

    /** Whether the settings name this recipient of theirs; one that says how to go on from there (RFC 5321 §F.2) only by itself. */
    boolean names(Address address) {
        return goesOn(address) ? relayRecipients.contains(Whom.of(address)) : Whom.all(address).stream().anyMatch(relayRecipients::contains);
    }

    /** Whether its local part may tell another host how to go on from there. */
    static boolean goesOn(Address address) {
        return address.local().chars().anyMatch(c -> "@%!".indexOf(c) >= 0);
    }
}
