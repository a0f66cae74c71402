package org.posthouse.smtp;

import java.io.IOException;
import java.time.Clock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.posthouse.auth.Accounts;
import org.posthouse.net.Connection;
import org.posthouse.net.Protocol;
import org.posthouse.net.Site;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Intake;

/** Receives mail by LMTP (RFC 2033), with the settings of {@link SmtpProtocol}. */
@Component(configurationPid = "protocol-smtp", property = Protocol.BUSY + "=421 4.7.0 Too many connections, try again later")
public final class LmtpProtocol implements Protocol {
    private final SmtpSettings settings;
    private final SmtpProtocol.Services services;

    @Activate
    public LmtpProtocol(SmtpProtocol.Config config, @Reference Site site, @Reference Intake intake, @Reference Accounts accounts,
            @Reference Trace trace) {
        this(config, new SmtpProtocol.Services(site, intake, accounts, trace, Clock.systemUTC()));
    }

    LmtpProtocol(SmtpProtocol.Config config, SmtpProtocol.Services services) {
        this.settings = SmtpSettings.of(config);
        this.services = services;
    }

    @Override
    public String name() {
        return "lmtp";
    }

    @Override
    public void serve(Connection client) throws IOException {
        new SmtpSession(client, Dialect.LMTP, settings, services).run();
    }
}
