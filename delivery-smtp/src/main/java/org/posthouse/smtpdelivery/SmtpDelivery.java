package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.net.IDN;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.posthouse.disk.Disk;
import org.posthouse.message.Status;
import org.posthouse.net.Connector;
import org.posthouse.net.Dns;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Intake;
import org.posthouse.pipeline.Recipient;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.Delivery;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Outcome;
import org.posthouse.state.States;
import org.posthouse.smtpdelivery.Credentials.Credential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers to other hosts by SMTP (RFC 5321) and LMTP (RFC 2033): finds them, opens or reuses a session, tells what they said. */
@Component(configurationPid = "delivery-smtp")
@Designate(ocd = SmtpDelivery.Config.class)
public final class SmtpDelivery implements Delivery {
    @ObjectClassDefinition(name = "delivery-smtp", description = "Delivers to other hosts by SMTP and LMTP")
    public @interface Config {
        @AttributeDefinition(min = "1", max = "65535", description = "The port of other hosts where a destination names none")
        int port() default 25;

        @AttributeDefinition(description = "TLS with other hosts: none, may, auto (as they publish it), encrypt, verify, or"
                + " fingerprint: and a certificate's SHA-256")
        String tls() default "auto";

        @AttributeDefinition(description = "The same for single destinations and domains: example.org=verify, .example.net=encrypt")
        String[] tls_for() default {};

        @AttributeDefinition(min = "1", max = "65535", description = "The port of the hosts that serve MTA-STS policies; 443 but for trials")
        int policy_port() default 443;

        @AttributeDefinition(description = "The address that reports to domains about TLS come from (TLSRPT); empty: none are sent")
        String tls_reports() default "";

        @AttributeDefinition(description = "The file in conf/ with names and passwords for other hosts")
        String credentials() default "smtp-credentials";

        @AttributeDefinition(description = "Our own addresses to send from, one of each family; empty: the system's choice")
        String[] source_address() default {};

        @AttributeDefinition(description = "The same for single senders' domains: example.org=192.0.2.9")
        String[] source_address_of() default {};

        @AttributeDefinition(description = "Addresses of other hosts that are used",
                options = {@Option(label = "any", value = "any"), @Option(label = "ipv4", value = "ipv4"), @Option(label = "ipv6", value = "ipv6")})
        String address_family() default "any";

        @AttributeDefinition(description = "Whether to use BDAT (CHUNKING) where the other host knows it")
        boolean chunking() default true;

        @AttributeDefinition(min = "1", max = "1000", description = "How many recipients one message may have; the others get another")
        int recipients_per_message() default 100;

        @AttributeDefinition(min = "1", max = "100", description = "How many addresses are tried in one attempt")
        int hosts_per_attempt() default 8;

        @AttributeDefinition(min = "0", max = "10000", description = "How many connections wait for more mail")
        int idle_connections() default 50;

        @AttributeDefinition(name = "duration", max = "5m", description = "How long a connection waits for more mail")
        String idle_time() default "5s";

        @AttributeDefinition(min = "1", description = "How many messages one connection carries")
        int messages_per_connection() default 100;

        @AttributeDefinition(name = "duration", max = "15m", description = "After what time an attempt takes no new step")
        String attempt_time() default "15m";

        @AttributeDefinition(name = "duration", description = "How long to wait for a connection")
        String connect_timeout() default "30s";

        @AttributeDefinition(name = "duration", description = "How long to wait for the greeting")
        String greeting_timeout() default "5m";

        @AttributeDefinition(name = "duration", description = "How long to wait for a TLS handshake")
        String tls_timeout() default "1m";

        @AttributeDefinition(name = "duration", description = "How long to wait for the reply to EHLO, STARTTLS, AUTH and RSET")
        String command_timeout() default "5m";

        @AttributeDefinition(name = "duration", description = "How long to wait for the reply to MAIL")
        String mail_timeout() default "5m";

        @AttributeDefinition(name = "duration", description = "How long to wait for the reply to RCPT")
        String rcpt_timeout() default "5m";

        @AttributeDefinition(name = "duration", description = "How long to wait for the reply to DATA")
        String data_timeout() default "2m";

        @AttributeDefinition(name = "duration", description = "How long the other host may take for each piece of the text")
        String block_timeout() default "3m";

        @AttributeDefinition(name = "duration", max = "14m", description = "How long to wait for the reply to the text")
        String end_timeout() default "10m";
    }

    private static final Logger LOG = LoggerFactory.getLogger("delivery-smtp");

    private final Settings settings;
    private final Site site;
    private final Dns dns;
    private final Attempt.Rooms rooms;
    private final StsPolicies policies;
    private final Optional<TlsReports> reports;
    private final Credentials credentials;

    @Activate
    public SmtpDelivery(Config config, @Reference Dns dns, @Reference Connector connector, @Reference Site site, @Reference Disk disk,
            @Reference States states, @Reference Intake intake, @Reference Trace trace, @Reference Metrics metrics) {
        this(config, InstantSource.system(), dns, connector, site, disk, states, intake, trace, metrics);
        reports.ifPresent(TlsReports::begin);
    }

    SmtpDelivery(Config config, InstantSource clock, Dns dns, Connector connector, Site site, Disk disk, States states,
            Intake intake, Trace trace, Metrics metrics) {
        this.settings = Settings.of(config);
        this.dns = dns;
        this.site = site;
        var idle = new IdleSessions(settings.idleConnections(), settings.idleTime());
        var space = states.space("delivery-smtp", States.Keep.SOFT);
        var results = new TlsResults(space, settings.reports().isPresent() ? TlsResults.Keep.FOR_REPORTS : TlsResults.Keep.NOT, metrics, clock);
        this.reports = settings.reports().map(from -> new TlsReports(results, space, dns, intake, site, from, clock));
        this.policies = new StsPolicies(dns, connector, space, results, clock, config.policy_port());
        this.rooms = new Attempt.Rooms(settings, new MailHosts(dns, site, settings.family()), new Opening(connector, settings.waits()), idle,
                results, trace, site);
        this.credentials = new Credentials(disk.conf(config.credentials()));
        metrics.gauge("smtp_delivery_idle_connections", idle::size);
    }

    @Deactivate
    public void end() {
        reports.ifPresent(TlsReports::end);
        rooms.idle().close();
    }

    Optional<TlsReports> reports() {
        return reports;
    }

    @Override
    public boolean accepts(Destination destination) {
        return destination.transport().equals("smtp") || destination.transport().equals("lmtp");
    }

    @Override
    public Map<Recipient, Outcome> deliver(Consignment consignment) throws IOException {
        var outcomes = outcomes(consignment);
        outcomes.forEach((to, outcome) -> log(consignment, to, outcome));
        return outcomes;
    }

    private Map<Recipient, Outcome> outcomes(Consignment consignment) throws IOException {
        var text = consignment.to().target();
        var found = Target.parse(text, settings.port()).map(t -> consignment.to().transport().equals("lmtp") ? t.asHost() : t);
        if (found.isEmpty()) {
            return all(consignment, new Outcome.Failed(new Status("5.1.2", "'" + text + "' is no domain and no host")));
        }
        var target = found.get();
        if (target.kind() == Target.Kind.DOMAIN && isOurs(target.name())) {
            LOG.warn("waits id={} to={} cause=\"the domain is ours, so it is not looked up\"", consignment.id(), consignment.to());
            return all(consignment, new Outcome.Deferred(new Status("4.3.5", target.name() + " is served here, not elsewhere")));
        }
        Optional<Credential> credential;
        try {
            credential = credentials.of(text);
        } catch (IOException e) {
            LOG.warn("waits id={} to={} cause=\"{}\"", consignment.id(), consignment.to(), e.getMessage());
            return all(consignment, new Outcome.Deferred(new Status("4.3.5", "mail to other hosts is wrongly set up here")));
        }
        var letter = Letter.of(consignment);
        var policy = settings.policyFor(text, target)
                .orElse(credential.isPresent() && !settings.policy().needsTls() ? Policy.VERIFY : settings.policy());
        var protection = new Protection(policy, target, dns, policies, rooms.results());
        return new Attempt(rooms, consignment, letter, target, policy, protection, credential).made();
    }

    private boolean isOurs(String domain) {
        return site.domains().stream().anyMatch(d -> ascii(d).equals(ascii(domain)));
    }

    private static String ascii(String domain) {
        try {
            return IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notADomain) {
            return domain;
        }
    }

    private static Map<Recipient, Outcome> all(Consignment consignment, Outcome outcome) {
        var each = new LinkedHashMap<Recipient, Outcome>();
        consignment.recipients().forEach(to -> each.put(to, outcome));
        return each;
    }

    private static void log(Consignment consignment, Recipient to, Outcome outcome) {
        switch (outcome) {
            case Outcome.Answered(var what, _, _) -> log(consignment, to, what);
            case Outcome.Relayed(var where, _) -> LOG.info("relayed id={} to=<{}> where=\"{}\"", consignment.id(), to, where);
            case Outcome.Delivered(var where, _) -> LOG.info("delivered id={} to=<{}> where=\"{}\"", consignment.id(), to, where);
            case Outcome.Deferred(var why) -> LOG.info("deferred id={} to=<{}> where={} why=\"{}\"", consignment.id(), to, consignment.to(), why);
            case Outcome.Failed(var why) -> LOG.info("failed id={} to=<{}> where={} why=\"{}\"", consignment.id(), to, consignment.to(), why);
        }
    }
}
