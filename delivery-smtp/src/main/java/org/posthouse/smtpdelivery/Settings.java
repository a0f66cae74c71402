package org.posthouse.smtpdelivery;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;

/**
 * The section's values, read and checked.
 *
 * @param policies by destination as it is written, or by the end of a domain, {@code .example.org}
 * @param sources  of our own addresses, those for all
 * @param sourceOf those of single senders' domains
 * @param reports  whom reports about TLS come from
 * @param attempt  after what time an attempt takes no new step
 */
record Settings(int port, Waits waits, Policy policy, Map<String, Policy> policies, List<InetAddress> sources,
                Map<String, InetAddress> sourceOf, MailHosts.Family family, boolean chunking, int recipients, int hosts,
                int idleConnections, Duration idleTime, int messages, Duration attempt, Optional<Address> reports) {
    static Settings of(SmtpDelivery.Config config) {
        var waits = new Waits(positive("connect-timeout", config.connect_timeout()), positive("greeting-timeout", config.greeting_timeout()),
                positive("tls-timeout", config.tls_timeout()), positive("command-timeout", config.command_timeout()),
                positive("mail-timeout", config.mail_timeout()), positive("rcpt-timeout", config.rcpt_timeout()),
                positive("data-timeout", config.data_timeout()), positive("block-timeout", config.block_timeout()),
                positive("end-timeout", config.end_timeout()));
        return new Settings(config.port(), waits, Policy.of("tls", config.tls()), pairs("tls-for", config.tls_for(), Policy::of),
                Arrays.stream(config.source_address()).map(a -> address("source-address", a)).toList(),
                pairs("source-address-of", config.source_address_of(), Settings::address), family(config.address_family()),
                config.chunking(), config.recipients_per_message(), config.hosts_per_attempt(), config.idle_connections(),
                Setting.duration("idle-time", config.idle_time()), config.messages_per_connection(),
                positive("attempt-time", config.attempt_time()), reports(config.tls_reports()));
    }

    private static Optional<Address> reports(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Address.parse(text).filter(a -> a.hasDomain() && !a.isInternational())
                .orElseThrow(() -> new BadSetting("tls-reports", "'" + text + "' is not an address; write it like tls-reports@example.org")));
    }

    private static Duration positive(String key, String text) {
        var time = Setting.duration(key, text);
        if (!time.isPositive()) {
            throw new BadSetting(key, "'" + text + "' leaves no time at all; write it like 30s or 5m");
        }
        return time;
    }

    private static InetAddress address(String key, String text) {
        var network = Setting.network(key, text);
        if (text.contains("/")) {
            throw new BadSetting(key, "'" + text + "' is a network; write one address");
        }
        return network.first();
    }

    private static MailHosts.Family family(String text) {
        return MailHosts.Family.valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** {@code example.org=what}, each. */
    private static <T> Map<String, T> pairs(String key, String[] texts, BiFunction<String, String, T> read) {
        var pairs = new LinkedHashMap<String, T>();
        for (var text : texts) {
            int sign = text.indexOf('=');
            if (sign < 1) {
                throw new BadSetting(key, "'" + text + "' has no =; write it like example.org=...");
            }
            pairs.put(text.substring(0, sign).strip().toLowerCase(Locale.ROOT), read.apply(key, text.substring(sign + 1).strip()));
        }
        return Map.copyOf(pairs);
    }

    /** For a destination as written, then for its name alone, then for the domains above it, each with a dot in front. */
    Optional<Policy> policyFor(String destination, Target target) {
        var lower = destination.toLowerCase(Locale.ROOT);
        for (var name : List.of(lower, target.name())) {
            if (policies.containsKey(name)) {
                return Optional.of(policies.get(name));
            }
        }
        for (int dot = target.name().indexOf('.'); dot >= 0; dot = target.name().indexOf('.', dot + 1)) {
            var above = target.name().substring(dot);
            if (policies.containsKey(above)) {
                return Optional.of(policies.get(above));
            }
        }
        return Optional.empty();
    }

    /** What of our addresses mail of this sender's domain shows; for all who have none of their own the same. */
    String identity(String senderDomain) {
        return sourceOf.containsKey(senderDomain) ? senderDomain : "";
    }

    /** Our address for mail of this sender's domain to such an address. */
    Optional<InetAddress> source(String senderDomain, InetAddress to) {
        var own = Optional.ofNullable(sourceOf.get(senderDomain)).filter(a -> a.getClass() == to.getClass());
        return own.or(() -> sources.stream().filter(a -> a.getClass() == to.getClass()).findFirst());
    }
}
