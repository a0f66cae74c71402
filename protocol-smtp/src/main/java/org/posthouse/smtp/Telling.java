package org.posthouse.smtp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import org.posthouse.message.Address;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Receipt;

/** What follows a message: one reply for all recipients, one for each, or each and all. */
enum Telling {
    /** SMTP (RFC 5321 §4.1.1.4). */
    ALL,
    /** LMTP (RFC 2033 §4.2): as many as RCPT commands were accepted, in their order. */
    EACH,
    /** SMTP with PRDR: 353, each, and what holds for the whole. */
    EACH_AND_ALL;

    private static final Reply EACH_FOLLOWS = Reply.of(353, "", "Each recipient's reply follows, then that of the message");
    private static final Status NOT_SAID = new Status("4.3.0", "Not accepted");

    static Telling to(Dialect dialect, Command.Mail mail, int recipients) {
        if (dialect == Dialect.LMTP) {
            return EACH;
        }
        return mail.wantsEach() && recipients > 1 ? EACH_AND_ALL : ALL;
    }

    /** The replies to a message that was taken for at least one of them, or refused for each. */
    List<Reply> replies(Receipt receipt, List<Address> recipients) {
        var all = Reply.of(folded(receipt));
        if (this == ALL) {
            return List.of(all);
        }
        var became = new HashMap<Address, Status>();
        receipt.each().forEach((to, status) -> became.put(to.address(), status));
        var replies = new ArrayList<Reply>();
        recipients.forEach(to -> replies.add(Reply.of(said(became.getOrDefault(to, NOT_SAID), receipt))));
        if (this == EACH_AND_ALL) {
            replies.addFirst(EACH_FOLLOWS);
            replies.addLast(all);
        }
        return replies;
    }

    /** The replies to a message that is refused as a whole; with PRDR one is enough then. */
    List<Reply> replies(Reply refusal, List<Address> recipients) {
        return this == EACH ? Collections.nCopies(recipients.size(), refusal) : List.of(refusal);
    }

    /**
     * One reply for all recipients: accepted when it is for any; otherwise a temporary refusal before a permanent one, for the
     * client can ask again.
     */
    private static Status folded(Receipt receipt) {
        var statuses = receipt.each().values();
        return statuses.stream().filter(Status::success).findFirst().map(s -> said(s, receipt))
                .or(() -> statuses.stream().min(Comparator.comparing(Status::code).thenComparing(Status::text))).orElse(NOT_SAID);
    }

    private static Status said(Status status, Receipt receipt) {
        return status.success() ? new Status("2.0.0", receipt.id() + " accepted") : status;
    }
}
