package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.MessageId;
import org.posthouse.message.Refusal;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.DsnRequest;
import org.posthouse.pipeline.DsnRequest.When;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Aftermath.Ended;
import org.posthouse.queue.Aftermath.How;
import org.posthouse.queue.NoticeText.What;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells senders of mail that waits or is lost, by a message from the null sender (RFC 3464, RFC 5321 §6.1) put into the queue.
 * The null sender is told nothing; a notice of ours that is lost goes to the postmaster, and what is lost then is logged.
 */
final class Notices {
    static final String PARENT = "parent";
    static final String PART = "part"; // which part of an attempt's outcomes is written down, from the second on: its notices are others

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final String NOTICE = "notice"; // in the notes of a notice: what it is
    private static final String DOUBLE = "double";

    private final PluginQueue queue;
    private final Routes routes;
    private final Site site;
    private final Trace trace;
    private final Metrics metrics;
    private final Clock clock;

    Notices(PluginQueue queue, Routes routes, Site site, Trace trace, Metrics metrics, Clock clock) {
        this.queue = queue;
        this.routes = routes;
        this.site = site;
        this.trace = trace;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** False when the sender has to be told and cannot be now. */
    boolean failure(Item about, Content content, Map<Ended, Leg> ended) {
        ended.forEach((end, leg) -> lost(about, leg, end));
        var told = ended.keySet().stream().filter(e -> wants(e, When.FAILURE)).toList();
        return told.isEmpty() || sent(new NoticeText(What.FAILED, about, told, Instant.MAX), content);
    }

    private void lost(Item about, Leg leg, Ended end) {
        boolean expired = end.how() == How.EXPIRED;
        trace.event(leg.id().text(), expired ? "expired" : "given up", "to", end.waiting().to(), "status", end.waiting().last().orElse(null));
        log.info("{} id={} from=<{}> to=<{}> status=\"{}\"", expired ? "expired" : "failed", about.id(), about.from(),
                end.waiting().to(), end.waiting().last().map(Object::toString).orElse(""));
    }

    /** RFC 3461 §4.1; a sender who asks for nothing is told of delays too. */
    private static boolean wants(Ended end, When what) {
        return DsnRequest.of(end.waiting().to()).wants(what);
    }

    /** For who asked for that. It is gone in any case, so a notice that cannot be put now is none. */
    void arrival(Item about, Content content, List<Ended> arrived) {
        var told = about.from().address().isNull() ? List.<Ended>of() : arrived.stream().filter(e -> wants(e, When.SUCCESS)).toList();
        if (!told.isEmpty()) {
            sent(new NoticeText(What.ARRIVED, about, told, Instant.MAX), content);
        }
    }

    /** False when it could not be told now. */
    boolean delay(Item about, Content content, Map<Waiting, Outcome.Answered> said, Instant until) {
        var told = about.legs().stream().flatMap(leg -> leg.recipients().stream())
                .map(w -> new Ended(w, How.WAITS, Optional.ofNullable(said.get(w)))).filter(e -> wants(e, When.DELAY)).toList();
        return about.from().address().isNull() || told.isEmpty()
                || sent(new NoticeText(What.DELAYED, about, told, until), content);
    }

    private boolean sent(NoticeText notice, Content content) {
        try {
            send(notice, content);
            return true;
        } catch (IOException e) {
            log.warn("no notice of id={} cause=\"{}\"", notice.about().id(), e.toString());
            return false;
        }
    }

    private void send(NoticeText notice, Content content) throws IOException {
        var about = notice.about();
        var sender = about.from().address();
        if (!sender.isNull()) {
            var ways = ways(sender);
            if (!ways.isEmpty()) {
                put(notice, content, sender, ways, notice.what().name());
                return;
            }
            if (notice.what() == What.ARRIVED) {
                return;
            }
        }
        boolean ours = !sender.isNull() || What.FAILED.name().equals(about.notes().get(NOTICE));
        var postmaster = new Address("postmaster", site.firstDomain());
        var ways = ours ? ways(postmaster) : List.<Way>of();
        if (ways.isEmpty()) {
            trace.event(about.id(), "dropped", "cause", "nobody to tell");
            log.warn("dropped id={} from=<{}> cause=\"nobody to tell\"", about.id(), sender);
            return;
        }
        put(notice, content, postmaster, ways, DOUBLE);
    }

    /** None when nobody is there. */
    private List<Way> ways(Address to) throws IOException {
        try {
            return routes.ways(routes.route(to), new Sender(Address.NULL), new Recipient(to));
        } catch (Refusal e) {
            return List.of();
        }
    }

    private void put(NoticeText notice, Content content, Address to, List<Way> ways, String what) throws IOException {
        var about = notice.about();
        var part = about.notes().containsKey(PART) ? "." + about.notes().get(PART) : "";
        var id = about.id() + "-" + notice.what().letter() + about.attempts() + part;
        var legs = new ArrayList<Leg>();
        for (var way : ways) {
            var delivery = new DeliveryId(new MessageId(id), legs.size() + 1);
            legs.add(new Leg(delivery, way.to(), List.of(new Waiting(way.recipient(), Optional.empty()))));
        }
        var item = new Item(id, clock.instant(), notice.sender(), legs).notes(Map.of(NOTICE, what, PARENT, about.id()));
        queue.put(item, notice.message(id, to, site.hostname(), clock.instant(), content), clock.instant());
        trace.event(id, "notice", "of", about.id(), "to", to, "what", what.toLowerCase(Locale.ROOT));
        metrics.count("queue_notices", "what", what.toLowerCase(Locale.ROOT));
        log.info("notice id={} of={} to=<{}> what={}", id, about.id(), to, what.toLowerCase(Locale.ROOT));
    }
}
