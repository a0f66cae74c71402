package org.posthouse.pipeline;

import java.time.Duration;
import java.util.stream.Collectors;
import org.posthouse.message.MessageId;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Verdict.Disposition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what becomes of messages: the trace, the counts, and one line in the log for each moved or refused. */
final class Ledger {
    private static final Logger log = LoggerFactory.getLogger(FilteredIntake.class);
    private static final int MOST_NAMED = 10;

    private final Trace trace;
    private final Metrics metrics;

    Ledger(Trace trace, Metrics metrics) {
        this.trace = trace;
        this.metrics = metrics;
    }

    void mail(MessageId id, Sender from) {
        trace.event(id.text(), "mail", "from", from, "size", from.parameters().get("SIZE"));
    }

    void recipient(MessageId id, Recipient to) {
        trace.event(id.text(), "rcpt", "to", to);
    }

    /** The same refusal, for the caller to throw. */
    Refusal refused(MessageId id, Sender from, Recipient to, Refusal refusal) {
        trace.event(id.text(), "refused", "to", to, "status", refusal.status());
        metrics.count("intake_recipients_refused", "code", refusal.status().code());
        log.info("refused id={} from=<{}> to=<{}> status=\"{}\"", id, from, to, refusal.status());
        return refusal;
    }

    /** The same refusal of a whole message. */
    Refusal refused(MessageId id, Sender from, Refusal refusal) {
        trace.event(id.text(), "refused", "status", refusal.status());
        metrics.count("intake_messages", "result", "refused", "code", refusal.status().code());
        log.info("refused id={} from=<{}> status=\"{}\"", id, from, refusal.status());
        return refusal;
    }

    void quarantined(MessageId id, Recipient to, Disposition why) {
        trace.event(id.text(), "quarantined", "to", to, "why", Screening.words(why));
        metrics.count("intake_quarantined");
    }

    void concluded(Receipt receipt, Sender from, long sizeOctets, Duration took) {
        var statuses = receipt.each().values();
        var told = Fates.worst(statuses);
        var result = told.success() ? "accepted" : statuses.stream().allMatch(Status::permanent) ? "refused" : "deferred";
        var status = told.success() ? null : told;
        var id = receipt.id().text();
        trace.event(id, result, "size", sizeOctets, "recipients", statuses.size(), "status", status, "ms", took.toMillis());
        metrics.count("intake_messages", "result", result, "code", told.code());
        metrics.time("intake_time", took, "result", result);
        log.info("{} id={} from=<{}> to={} size={} ms={} status=\"{}\"", result, id, from, names(receipt), sizeOctets,
                took.toMillis(), told);
    }

    private static String names(Receipt receipt) {
        int more = receipt.each().size() - MOST_NAMED;
        return receipt.each().keySet().stream().limit(MOST_NAMED).map(to -> "<" + to + ">").collect(Collectors.joining(","))
                + (more > 0 ? ",+" + more : "");
    }
}
