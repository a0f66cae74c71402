package org.posthouse.dnsbl;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.message.Address;
import org.posthouse.message.Network;
import org.posthouse.message.Setting;
import org.posthouse.net.Dns;
import org.posthouse.observe.Metrics;
import org.posthouse.pipeline.Client;
import org.posthouse.pipeline.Filter;
import org.posthouse.pipeline.Verdict;

/**
 * Asks DNS lists about the client's address and names, what it calls itself, and the sender's domain (RFC 5782), all at once when a
 * sender is named. The weights of all that list it are summed up; lists of the welcome weigh less than nothing.
 */
@Component(configurationPid = "filter-dnsbl", property = "phase=facts")
@Designate(ocd = DnsblFilter.Config.class)
public final class DnsblFilter implements Filter {
    @ObjectClassDefinition(name = "filter-dnsbl", description = "Asks DNS lists about clients, names and senders (RFC 5782)")
    public @interface Config {
        @AttributeDefinition(description = "Lists whose entries are refused if the sum of all weights reaches threshold:"
                + " [subject:]zone[=answers][*weight], like zen.example=127.0.0.[2..11]*3 or sender:dbl.example; subjects are client (the usual), name, hello, sender")
        String[] refuse() default {};

        @AttributeDefinition(description = "Lists whose entries are told to come again, in the same form")
        String[] defer() default {};

        @AttributeDefinition(description = "Lists whose weights are added to the message's score, in the same form; with a negative weight, lists of the welcome")
        String[] score() default {};

        @AttributeDefinition(description = "Lists that are asked, and only shown in the trace, in the same form")
        String[] shadow() default {};

        @AttributeDefinition(description = "What the weights of all lists but those of shadow must come to before anybody is refused or deferred")
        double threshold() default 1;

        @AttributeDefinition(name = "duration", min = "1ms", description = "How long all lists together have to answer; shorter than budget")
        String patience() default "2s";

        @AttributeDefinition(name = "duration", description = "How long a list is not asked that answers what is no listing")
        String pause() default "30m";

        @AttributeDefinition(name = "duration", description = "How often each list is tried with the entries that it must have and must not have"
                + " (RFC 5782 §5); 0s for never")
        String self_test() default "6h";

        @AttributeDefinition(name = "network", description = "Networks about whose clients nobody is asked")
        String[] whitelist() default {};
    }

    private static final int LONGEST_REASON = 200;

    private final Inquiry inquiry;
    private final double threshold;
    private final List<Network> whitelist;

    @Activate
    public DnsblFilter(Config config, @Reference Dns dns, @Reference Metrics metrics) {
        this(config, dns, metrics, Clock.systemUTC());
    }

    DnsblFilter(Config config, Dns dns, Metrics metrics, Clock clock) {
        inquiry = Lists.inquiry(config, dns, metrics, clock);
        threshold = config.threshold();
        whitelist = Arrays.stream(config.whitelist()).map(n -> Setting.network("whitelist", n)).toList();
    }

    @Override
    public Verdict onSender(Client client, Address from) throws IOException {
        if (neverAsked(client)) {
            return Verdict.PASS;
        }
        var address = client.peer().address();
        var results = inquiry.about(new Inquiry.Person(isPublic(address) ? Optional.of(address) : Optional.empty(), client.hello(), from.domain()));
        return verdict(results.stream().filter(r -> r.said() instanceof Operator.Said.Listed).toList(), address);
    }

    private boolean neverAsked(Client client) {
        var peer = client.peer();
        return client.account().isPresent() || contains(whitelist, peer.address()) || contains(peer.listener().relayFrom(), peer.address());
    }

    private static boolean contains(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(n -> n.contains(address));
    }

    /** No list knows the addresses of private networks (RFC 1918, RFC 4193). */
    private static boolean isPublic(InetAddress address) {
        boolean uniqueLocal = address.getAddress().length > 4 && (address.getAddress()[0] & 0xfe) == 0xfc;
        return !address.isLoopbackAddress() && !address.isSiteLocalAddress() && !address.isLinkLocalAddress() && !address.isAnyLocalAddress() && !uniqueLocal;
    }

    private Verdict verdict(List<Inquiry.Result> listed, InetAddress address) {
        var verdict = listed.stream().filter(r -> r.list().use() != DnsList.Use.SHADOW).mapToDouble(r -> r.list().weight()).sum() >= threshold
                ? refusal(listed, DnsList.Use.REFUSE, "5.7.1", address).or(() -> refusal(listed, DnsList.Use.DEFER, "4.7.1", address)).orElse(Verdict.PASS)
                : Verdict.PASS;
        for (var one : listed) {
            double points = one.list().use() == DnsList.Use.SCORE ? one.list().weight() : 0;
            verdict = verdict.and(new Verdict.Effect.Score(one.list().symbol(), points,
                    one.about() + " " + ((Operator.Said.Listed) one.said()).answer().getHostAddress()
                            + (one.list().use() == DnsList.Use.SHADOW ? " (only shown)" : "")));
        }
        return verdict;
    }

    /** In the name of the heaviest of them. */
    private static Optional<Verdict> refusal(List<Inquiry.Result> listed, DnsList.Use use, String code, InetAddress address) {
        return listed.stream().filter(r -> r.list().use() == use && r.list().weight() > 0)
                .max(Comparator.comparingDouble((Inquiry.Result r) -> r.list().weight()).thenComparing(r -> r.list().zone()))
                .map(r -> Verdict.refuse(code, who(r, address) + " is listed at " + r.list().zone() + r.reason().map(t -> ": " + clean(t)).orElse("")));
    }

    private static String who(Inquiry.Result result, InetAddress address) {
        return result.list().subject() == Subject.CLIENT ? "Client [" + address.getHostAddress() + "]" : result.about();
    }

    /** A stranger's text, for a reply: printable and not long. */
    private static String clean(String text) {
        var printable = text.replaceAll("[^ -~]+", " ").strip();
        return printable.length() > LONGEST_REASON ? printable.substring(0, LONGEST_REASON) + "..." : printable;
    }
}
