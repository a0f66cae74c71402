package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.net.Connector;
import org.posthouse.net.Dns;
import org.posthouse.net.Line.Ending;
import org.posthouse.net.TlsFailure;
import org.posthouse.net.Trust;
import org.posthouse.state.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Domains' MTA-STS policies (RFC 8461): told of by a TXT record, fetched by HTTPS, kept as long as they say. One that is kept counts
 * even where its record or its file cannot be had any more, so that nobody gets rid of it by cutting us off.
 */
final class StsPolicies {
    private static final Logger LOG = LoggerFactory.getLogger("delivery-smtp");
    private static final Pattern RECORD = Pattern.compile("v=STSv1\\s*;.*?\\bid\\s*=\\s*([A-Za-z0-9]{1,32})\\s*(?:;.*)?", Pattern.DOTALL);
    private static final Duration PATIENCE = Duration.ofSeconds(60); // RFC 8461 §3.3
    private static final Duration AGAIN = Duration.ofMinutes(5); // RFC 8461 §3.3: what failed is not asked for again at once
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_OCTETS = 64 * 1024; // RFC 8461 §3.2
    private static final int LARGEST_KEPT = 4_096; // what a value of a space may be

    private final Dns dns;
    private final Connector connector;
    private final Space kept;
    private final TlsResults results;
    private final InstantSource clock;
    private final int port;

    /** @param port of HTTPS */
    StsPolicies(Dns dns, Connector connector, Space kept, TlsResults results, InstantSource clock, int port) {
        this.dns = dns;
        this.connector = connector;
        this.kept = kept;
        this.results = results;
        this.clock = clock;
        this.port = port;
    }

    /** The policy in force; none for most domains. */
    Optional<StsPolicy> of(String domain) {
        var before = known(domain).filter(p -> p.expires().isAfter(clock.instant()));
        var id = id(domain);
        if (id.isEmpty() || before.filter(p -> p.id().equals(id.get())).isPresent()) {
            return before;
        }
        return fetched(domain, id.get()).or(() -> before);
    }

    private Optional<String> id(String domain) {
        if (!(dns.txt("_mta-sts." + domain) instanceof Dns.Found<String>(var texts, _, _, _))) {
            return Optional.empty();
        }
        var ours = texts.stream().filter(t -> t.startsWith("v=STSv1")).toList();
        var form = RECORD.matcher(ours.size() == 1 ? ours.getFirst() : ""); // RFC 8461 §3.1: exactly one
        return form.matches() ? Optional.of(form.group(1)) : Optional.empty();
    }

    private Optional<StsPolicy> known(String domain) {
        try {
            return kept.get(key(domain)).flatMap(StsPolicy::read);
        } catch (IOException e) {
            LOG.warn("the policy of {} cannot be read: {}", domain, e.toString());
            return Optional.empty();
        }
    }

    private Optional<StsPolicy> fetched(String domain, String id) {
        try {
            if (kept.putIfAbsent("asked " + key(domain), id, AGAIN).filter(id::equals).isPresent()) {
                return Optional.empty();
            }
            var policy = StsPolicy.parse(id, lines("mta-sts." + domain), clock.instant());
            if (policy.isEmpty()) {
                LOG.warn("mta-sts domain={} cause=\"what it serves is no policy\"", domain);
                results.noPolicy(domain, "sts-policy-invalid");
                return Optional.empty();
            }
            kept.remove("asked " + key(domain));
            keep(domain, policy.get());
            return policy;
        } catch (IOException e) {
            LOG.warn("mta-sts domain={} cause=\"{}\"", domain, e.getMessage());
            results.noPolicy(domain, e instanceof TlsFailure ? "sts-webpki-invalid" : "sts-policy-fetch-error");
            return Optional.empty();
        }
    }

    private void keep(String domain, StsPolicy policy) throws IOException {
        var life = Duration.between(clock.instant(), policy.expires());
        if (policy.written().length() <= LARGEST_KEPT && life.isPositive()) {
            kept.put(key(domain), policy.written(), life);
        }
    }

    private static String key(String domain) {
        return "sts " + domain.substring(0, Math.min(domain.length(), 240));
    }

    /** The file's lines, from a host whose certificate is right; it may send us nowhere else (RFC 8461 §3.3). */
    private List<String> lines(String host) throws IOException {
        var address = address(host);
        try (var wire = connector.connect(new InetSocketAddress(address, port), Optional.empty(), PATIENCE)) {
            wire.within(PATIENCE);
            wire.startTls(Optional.of(host), new Trust.Roots(List.of(host)));
            wire.write("GET /.well-known/mta-sts.txt HTTP/1.0\r\nHost: " + host + "\r\nAccept: text/plain\r\n\r\n");
            wire.flush();
            var lines = new ArrayList<String>();
            for (int octets = 0; octets < MOST_OCTETS; octets += lines.getLast().length() + 2) {
                var line = wire.readLine(LONGEST_LINE);
                if (line.ending() == Ending.TOO_LONG) {
                    break;
                }
                lines.add(line.latin1());
                if (line.ending() == Ending.END) {
                    return body(host, lines);
                }
            }
            throw new IOException(host + " sent too much");
        }
    }

    private static List<String> body(String host, List<String> lines) throws IOException {
        int end = lines.indexOf("");
        if (end < 0 || !lines.getFirst().matches("HTTP/1\\.[01] 200\\b.*")) {
            throw new IOException(host + " answered with " + lines.getFirst().replaceAll("[^ -~]", "?"));
        }
        boolean text = lines.subList(1, end).stream().map(l -> l.toLowerCase(Locale.ROOT))
                .anyMatch(l -> l.matches("content-type:\\s*text/plain\\b.*"));
        if (!text) {
            throw new IOException(host + " sent no plain text");
        }
        return lines.subList(end + 1, lines.size());
    }

    private InetAddress address(String host) throws IOException {
        for (var answer : List.of(dns.a(host), dns.aaaa(host))) {
            if (answer instanceof Dns.Found<InetAddress>(var addresses, _, _, _)) {
                return addresses.getFirst();
            }
        }
        throw new IOException(host + " has no address that is known");
    }
}
