package org.posthouse.pipeline;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Verdict.Disposition;

/**
 * What the verdicts mean for each recipient. LMTP can tell the client of each (RFC 2033 §4.2); SMTP has one reply for all, so
 * there a refusal is spoken only if it is for all, and otherwise those refused get the message into quarantine.
 */
record Fates(Map<Recipient, Disposition> each, Telling telling) {
    enum Telling {
        EACH, ALL;

        /** By LMTP (also UTF8LMTP, RFC 6531 §4.3), and where the sender asked for PRDR. */
        static Telling to(Client client, Sender from) {
            return client.protocol().contains("LMTP") || from.parameters().containsKey("PRDR") ? EACH : ALL;
        }
    }

    static Fates of(Ruling ruling, Thresholds thresholds, List<Recipient> recipients, Telling telling) {
        var each = new LinkedHashMap<Recipient, Disposition>();
        for (var to : recipients) {
            each.put(to, Ruling.stronger(ruling.disposition(to), thresholds.judge(ruling.score(to))));
        }
        return new Fates(each, telling);
    }

    boolean allRefused() {
        return each.values().stream().allMatch(Disposition.Refuse.class::isInstance);
    }

    /** What the client is told for a recipient instead of delivery. */
    Optional<Status> refusal(Recipient to) {
        return each.get(to) instanceof Disposition.Refuse(var status) && (telling == Telling.EACH || allRefused())
                ? Optional.of(status) : Optional.empty();
    }

    /** What the client is told in the end: with one reply for all, the worst that became of any, so that nothing is lost. */
    Map<Recipient, Status> told(Map<Recipient, Status> became) {
        if (telling == Telling.EACH) {
            return became;
        }
        var worst = worst(became.values());
        var told = new LinkedHashMap<>(became);
        told.replaceAll((_, _) -> worst);
        return told;
    }

    /** Temporary before permanent: after that the client asks again, and learns of the rest. */
    static Status worst(Collection<Status> statuses) {
        return statuses.stream().filter(Status::temporary).findFirst()
                .or(() -> statuses.stream().filter(Status::permanent).findFirst())
                .orElse(Status.OK);
    }

    /** Of a recipient who is not refused. */
    boolean quarantines(Recipient to) {
        return !(each.get(to) instanceof Disposition.Pass);
    }
}
