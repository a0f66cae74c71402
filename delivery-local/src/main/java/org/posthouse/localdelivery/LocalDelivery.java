package org.posthouse.localdelivery;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.pipeline.Recipient;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.Delivery;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Final delivery into the mailboxes of this server: puts {@code Return-Path} in front (RFC 5321 §4.4) and stores one copy
 * for all recipients that mean the same account.
 */
@Component(configurationPid = "delivery-local")
@Designate(ocd = LocalDelivery.Config.class)
public final class LocalDelivery implements Delivery {
    @ObjectClassDefinition(name = "delivery-local", description = "Delivers into the mailboxes of this server")
    public @interface Config {
        @AttributeDefinition(description = "Whether to write the account's name into a Delivered-To field; copies for several"
                + " accounts then differ")
        boolean delivered_to() default false;
    }

    private static final Logger LOG = LoggerFactory.getLogger("delivery-local");

    private final Mailboxes mailboxes;
    private final Clock clock;
    private final boolean deliveredTo;

    @Activate
    public LocalDelivery(Config config, @Reference Mailboxes mailboxes) {
        this(config, mailboxes, Clock.systemUTC());
    }

    LocalDelivery(Config config, Mailboxes mailboxes, Clock clock) {
        this.mailboxes = mailboxes;
        this.clock = clock;
        this.deliveredTo = config.delivered_to();
    }

    @Override
    public boolean accepts(Destination destination) {
        return destination.transport().equals("local");
    }

    @Override
    public Map<Recipient, Outcome> deliver(Consignment consignment) throws Unavailable, OutcomeUnknown {
        var outcome = outcome(consignment);
        var each = new LinkedHashMap<Recipient, Outcome>();
        consignment.recipients().forEach(recipient -> each.put(recipient, outcome));
        return each;
    }

    /** What is away or undecided is thrown, so that it is tried again at once with the same delivery id. */
    private Outcome outcome(Consignment consignment) throws Unavailable, OutcomeUnknown {
        var to = consignment.to();
        try {
            open(to).deliver(to.folder(), consignment.id(), consignment.content().withFirst(firstLines(consignment)), Set.of(),
                    clock.instant());
        } catch (Refusal e) {
            LOG.info("refused id={} to={} status={}", consignment.id(), to, e.status());
            return e.status().temporary() ? new Outcome.Deferred(e.status()) : new Outcome.Failed(e.status());
        } catch (Unavailable | OutcomeUnknown e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("deferred id={} to={} why={}", consignment.id(), to, e.toString());
            LOG.debug("deferred id={}", consignment.id(), e);
            return new Outcome.Deferred(new Status("4.3.0", "The mailbox cannot be written to now"));
        }
        LOG.info("delivered id={} to={} size={}", consignment.id(), to, consignment.content().size());
        return new Outcome.Delivered(to.folder() + " of " + to.target(), List.of());
    }

    private AccountSession open(Destination to) throws Refusal, IOException {
        try {
            return mailboxes.open(new AccountId(to.target()));
        } catch (NoSuchFileException _) {
            throw new Refusal("5.1.1", "There is no such mailbox any more");
        }
    }

    private String firstLines(Consignment consignment) {
        var returnPath = "Return-Path: <" + consignment.from().address() + ">\r\n";
        return deliveredTo ? returnPath + "Delivered-To: " + consignment.to().target() + "\r\n" : returnPath;
    }
}
