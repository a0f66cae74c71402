package org.posthouse.smtp;

import java.io.IOException;
import java.time.Clock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.posthouse.auth.Accounts;
import org.posthouse.net.Connection;
import org.posthouse.net.Protocol;
import org.posthouse.net.Site;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Intake;

/** Receives mail by SMTP (RFC 5321); each connection is one {@link SmtpSession}. */
@Component(configurationPid = "protocol-smtp", property = Protocol.BUSY + "=421 4.7.0 Too many connections, try again later")
@Designate(ocd = SmtpProtocol.Config.class)
public final class SmtpProtocol implements Protocol {
    @ObjectClassDefinition(name = "protocol-smtp", description = "Receives mail by SMTP (RFC 5321)")
    public @interface Config {
        @AttributeDefinition(description = "What the greeting says after the host name")
        String banner() default "ESMTP Posthouse";

        @AttributeDefinition(name = "size", min = "64K", description = "The largest message taken, announced by SIZE (RFC 1870)")
        String max_size() default "50M";

        @AttributeDefinition(name = "size", min = "1000",
                description = "The longest line in a message; RFC 5321 asks for 1000 octets, careless"
                + " programs send whole web pages in one line")
        String max_line() default "64K";

        @AttributeDefinition(description = "Messages with line feeds that no carriage return precedes: accept (they are taken for"
                + " line ends, and never for the end of a message) or refuse (RFC 5321 2.3.8)",
                options = {@Option(label = "accept", value = "accept"), @Option(label = "refuse", value = "refuse")})
        String bare_line_feeds() default "accept";

        @AttributeDefinition(min = "100", description = "Recipients of one message; at least 100 (RFC 5321 4.5.3.1.8)")
        int max_recipients() default 1_000;

        @AttributeDefinition(min = "0", description = "Messages in one session; 0 for any number")
        int max_messages() default 0;

        @AttributeDefinition(min = "1",
                description = "Commands in error since the last accepted message, after which the session is ended")
        int max_errors() default 20;

        @AttributeDefinition(min = "1",
                description = "Recipients refused since the last accepted message, after which the session is ended")
        int max_refused() default 100;

        @AttributeDefinition(min = "1",
                description = "Commands since the last accepted message that bring no mail on, such as NOOP, after which the session is ended")
        int max_junk() default 100;

        @AttributeDefinition(min = "1", description = "Failed log-ins after which the session is ended")
        int max_auth_failures() default 5;

        @AttributeDefinition(name = "duration", description = "By how much each refusal comes later than the one before, once half of"
                + " max-errors, max-refused or max-auth-failures is reached; 0s: not at all")
        String tarpit() default "1s";

        @AttributeDefinition(name = "duration",
                description = "How long to wait before the greeting for clients that talk too early; not with role = submission")
        String greet_delay() default "0s";

        @AttributeDefinition(name = "duration", min = "1ms",
                description = "How long a session may last in which no message is accepted")
        String session_timeout() default "1h";

        @AttributeDefinition(name = "duration", min = "1ms",
                description = "How long a client may think before a command (RFC 5321 4.5.3.2.7)")
        String command_timeout() default "5m";

        @AttributeDefinition(name = "duration", min = "1ms",
                description = "The longest silence within a message (RFC 5321 4.5.3.2.5)")
        String data_timeout() default "3m";

        @AttributeDefinition(name = "duration", min = "1ms", description = "How long the whole content of a message may take")
        String message_timeout() default "1h";

        @AttributeDefinition(name = "duration", description = "How long users may have the first attempt put off (FUTURERELEASE, RFC 4865),"
                + " with role = submission; 0s: not offered")
        String future_release() default "30d";

        @AttributeDefinition(description = "Whether VRFY and EXPN tell who is there: off, or users who have logged in (RFC 5321 7.3)",
                options = {@Option(label = "off", value = "off"), @Option(label = "users", value = "users")})
        String verify() default "off";

        @AttributeDefinition(name = "network", description = "Networks whose clients may say by XCLIENT and XFORWARD for whom they speak")
        String[] xclient_from() default {};
    }

    private final SmtpSettings settings;
    private final Services services;

    /** What a session works with. */
    record Services(Site site, Intake intake, Accounts accounts, Trace trace, Clock clock) {}

    @Activate
    public SmtpProtocol(Config config, @Reference Site site, @Reference Intake intake, @Reference Accounts accounts,
            @Reference Trace trace) {
        this(config, new Services(site, intake, accounts, trace, Clock.systemUTC()));
    }

    SmtpProtocol(Config config, Services services) {
        this.settings = SmtpSettings.of(config);
        this.services = services;
    }

    @Override
    public String name() {
        return "smtp";
    }

    @Override
    public void serve(Connection client) throws IOException {
        new SmtpSession(client, Dialect.SMTP, settings, services).run();
    }
}
