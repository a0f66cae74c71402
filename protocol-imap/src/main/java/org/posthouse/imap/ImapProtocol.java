package org.posthouse.imap;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
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

/** Lets people read and keep their mail by IMAP4rev1 (RFC 3501). */
@Component(configurationPid = "protocol-imap", property = Protocol.BUSY + "=* BYE [UNAVAILABLE] Too many connections, try again later")
@Designate(ocd = ImapProtocol.Config.class)
public final class ImapProtocol implements Protocol {
    @ObjectClassDefinition(name = "protocol-imap", description = "Lets people read and keep their mail by IMAP4rev1 (RFC 3501)")
    public @interface Config {
        @AttributeDefinition(name = "duration", min = "30m",
                description = "How long a client may be silent, also in IDLE; at least 30m (RFC 3501)")
        String autologout() default "30m";

        @AttributeDefinition(name = "duration", min = "1ms", description = "How long a client may take to log in")
        String login_time() default "3m";

        @AttributeDefinition(min = "1", description = "After how many wrong commands, one after the other, a session ends")
        int max_errors() default 20;

        @AttributeDefinition(min = "1", description = "After how many failed log-ins a session ends")
        int max_auth_failures() default 5;

        @AttributeDefinition(name = "duration", description = "By how much each wrong command is answered later than the one before, once"
                + " half of max-errors or max-auth-failures is reached; 0s: not at all")
        String tarpit() default "1s";

        @AttributeDefinition(min = "1", description = "Sessions of one account at a time")
        int max_sessions() default 100;

        @AttributeDefinition(name = "size", min = "8K", max = "16M",
                description = "The longest command with its literals, once somebody has logged in; at least 8K (RFC 7162)")
        String max_command() default "512K";

        @AttributeDefinition(name = "size", min = "1K", description = "The largest message that APPEND takes")
        String append_limit() default "50M";

        @AttributeDefinition(description = "Which literals may come without being asked for (RFC 7888): plus all, minus up to 4096 octets",
                options = {@Option(label = "plus", value = "plus"), @Option(label = "minus", value = "minus")})
        String literals() default "plus";
    }

    private static final Logger LOG = LoggerFactory.getLogger("protocol-imap");
    private static final Duration SHORTEST_AUTOLOGOUT = Duration.ofMinutes(30);
    private static final long SHORTEST_COMMAND = 8 << 10;
    private static final long LONGEST_COMMAND = 16 << 20;
    private static final long SMALLEST_LIMIT = 1 << 10;
    private static final long LARGEST_LIMIT = (1L << 32) - 1; // RFC 7889 §2: a number

    private final Accounts accounts;
    private final Mailboxes mailboxes;
    private final Site site;
    private final Trace trace;
    private final Metrics metrics;
    private final Limits limits;
    private final Sessions sessions;
    private final Rooms rooms = new Rooms();
    private final KeywordsInUse keywords = new KeywordsInUse();
    private final Clock clock;
    private final Semaphore searchReaders = new Semaphore(2 * Runtime.getRuntime().availableProcessors(), true);

    @Activate
    public ImapProtocol(Config config, @Reference Accounts accounts, @Reference Mailboxes mailboxes, @Reference Site site,
            @Reference Trace trace, @Reference Metrics metrics) {
        this(config, accounts, mailboxes, site, trace, metrics, Clock.systemUTC());
    }

    ImapProtocol(Config config, Accounts accounts, Mailboxes mailboxes, Site site, Trace trace, Metrics metrics, Clock clock) {
        this.limits = limits(config);
        this.sessions = new Sessions(atLeastOne("max-sessions", config.max_sessions()));
        this.accounts = accounts;
        this.mailboxes = mailboxes;
        this.site = site;
        this.trace = trace;
        this.metrics = metrics;
        this.clock = clock;
    }

    private static Limits limits(Config config) {
        var autologout = Setting.duration("autologout", config.autologout());
        if (autologout.compareTo(SHORTEST_AUTOLOGOUT) < 0) {
            throw new BadSetting("autologout", "must be at least 30m (RFC 3501 §5.4)");
        }
        var loginTime = Setting.duration("login-time", config.login_time());
        if (!loginTime.isPositive()) {
            throw new BadSetting("login-time", "must be longer than nothing");
        }
        long command = between("max-command", config.max_command(), SHORTEST_COMMAND, LONGEST_COMMAND);
        long append = between("append-limit", config.append_limit(), SMALLEST_LIMIT, LARGEST_LIMIT);
        return new Limits(autologout, loginTime, atLeastOne("max-errors", config.max_errors()),
                atLeastOne("max-auth-failures", config.max_auth_failures()), Setting.duration("tarpit", config.tarpit()), (int) command, append,
                literals(config.literals()));
    }

    private static int atLeastOne(String key, int number) {
        if (number < 1) {
            throw new BadSetting(key, "must be at least 1");
        }
        return number;
    }

    private static long between(String key, String text, long least, long most) {
        long size = Setting.size(key, text);
        if (size < least || size > most) {
            throw new BadSetting(key, "must be from " + least + " to " + most + " octets");
        }
        return size;
    }

    private static Limits.Literals literals(String text) {
        if (!text.equals("plus") && !text.equals("minus")) {
            throw new BadSetting("literals", "'" + text + "' is unknown; write plus or minus");
        }
        return Limits.Literals.valueOf(text.toUpperCase(Locale.ROOT));
    }

    @Override
    public String name() {
        return "imap";
    }

    @Override
    public void serve(Connection client) throws IOException {
        var session = new ImapSession(client, new ImapSession.Services(accounts, mailboxes, sessions, clock, searchReaders, rooms, keywords), limits);
        try {
            session.run(site.hostname());
        } finally {
            session.account().ifPresent(account -> ended(client, account, session));
        }
    }

    private void ended(Connection client, AccountId account, ImapSession session) {
        sessions.leave(account);
        LOG.info("session ended account={} commands={} appended={}", account, session.commands(), session.appended());
        trace.event(client.peer().session().text(), "imap", "account", account, "commands", session.commands(),
                "appended", session.appended());
        metrics.add("imap_commands", session.commands());
        metrics.add("imap_appended", session.appended());
    }
}
