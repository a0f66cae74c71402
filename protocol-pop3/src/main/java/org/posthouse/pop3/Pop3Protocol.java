package org.posthouse.pop3;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.net.Connection;
import org.posthouse.net.Protocol;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands out mail by POP3 (RFC 1939). */
@Component(configurationPid = "protocol-pop3", property = Protocol.BUSY + "=-ERR [SYS/TEMP] Too many connections, try again later")
@Designate(ocd = Pop3Protocol.Config.class)
public final class Pop3Protocol implements Protocol {
    @ObjectClassDefinition(name = "protocol-pop3", description = "Hands out mail by POP3 (RFC 1939)")
    public @interface Config {
        @AttributeDefinition(name = "duration", min = "10m",
                description = "How long a client may be silent; at least 10m (RFC 1939)")
        String autologout() default "10m";

        @AttributeDefinition(name = "duration", min = "1ms", description = "How long a client may take to log in")
        String login_time() default "5m";

        @AttributeDefinition(min = "1", description = "After how many refused commands a session ends")
        int max_errors() default 20;

        @AttributeDefinition(min = "1", description = "After how many failed log-ins a session ends")
        int max_auth_failures() default 5;

        @AttributeDefinition(name = "duration", description = "By how much each refusal comes later than the one before, once half of"
                + " max-errors or max-auth-failures is reached; 0s: not at all")
        String tarpit() default "1s";

        @AttributeDefinition(min = "1", description = "Sessions of one account at a time")
        int max_sessions() default 10;
    }

    private static final Logger LOG = LoggerFactory.getLogger("protocol-pop3");
    private static final Duration SHORTEST_AUTOLOGOUT = Duration.ofMinutes(10);

    private final Accounts accounts;
    private final Mailboxes mailboxes;
    private final Site site;
    private final Trace trace;
    private final Metrics metrics;
    private final Limits limits;
    private final Sessions sessions;
    private final Clock clock;

    @Activate
    public Pop3Protocol(Config config, @Reference Accounts accounts, @Reference Mailboxes mailboxes, @Reference Site site,
            @Reference Trace trace, @Reference Metrics metrics) {
        this(config, accounts, mailboxes, site, trace, metrics, Clock.systemUTC());
    }

    Pop3Protocol(Config config, Accounts accounts, Mailboxes mailboxes, Site site, Trace trace, Metrics metrics, Clock clock) {
        this.limits = new Limits(Setting.duration("autologout", config.autologout()),
                Setting.duration("login-time", config.login_time()), atLeastOne("max-errors", config.max_errors()),
                atLeastOne("max-auth-failures", config.max_auth_failures()), Setting.duration("tarpit", config.tarpit()));
        if (limits.autologout().compareTo(SHORTEST_AUTOLOGOUT) < 0) {
            throw new BadSetting("autologout", "must be at least 10m (RFC 1939 §3)");
        }
        if (!limits.loginTime().isPositive()) {
            throw new BadSetting("login-time", "must be longer than nothing");
        }
        this.sessions = new Sessions(atLeastOne("max-sessions", config.max_sessions()));
        this.accounts = accounts;
        this.mailboxes = mailboxes;
        this.site = site;
        this.trace = trace;
        this.metrics = metrics;
        this.clock = clock;
    }

    private static int atLeastOne(String key, int number) {
        if (number < 1) {
            throw new BadSetting(key, "must be at least 1");
        }
        return number;
    }

    @Override
    public String name() {
        return "pop3";
    }

    @Override
    public void serve(Connection client) throws IOException {
        var session = new Pop3Session(client, new Pop3Session.Services(accounts, mailboxes, sessions, clock), limits);
        try {
            session.run(site.hostname());
        } finally {
            session.account().ifPresent(account -> ended(client, account, session));
        }
    }

    private void ended(Connection client, AccountId account, Pop3Session session) {
        sessions.leave(account);
        LOG.info("session ended account={} retrieved={} deleted={}", account, session.retrieved(), session.deleted());
        trace.event(client.peer().session().text(), "pop3", "account", account, "retrieved", session.retrieved(),
                "deleted", session.deleted());
        metrics.add("pop3_retrieved", session.retrieved());
        metrics.add("pop3_deleted", session.deleted());
    }
}
