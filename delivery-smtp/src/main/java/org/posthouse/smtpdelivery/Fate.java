package org.posthouse.smtpdelivery;

import java.util.List;
import org.posthouse.message.Status;
import org.posthouse.queue.Outcome;
import org.posthouse.queue.Outcome.Answered;
import org.posthouse.queue.Outcome.Notices;

/**
 * What became of one recipient with one server.
 *
 * @param reply what the server said, or what happened instead
 */
record Fate(Outcome outcome, Next next, String reply) {
    /** Nothing more now; the next server may do; the same may do in another message. */
    enum Next { NOTHING, OTHER_SERVER, OTHER_MESSAGE }

    private static Fate answered(Session session, Outcome outcome, Next next, Reply reply) {
        return new Fate(new Answered(outcome, session.host().mta(), reply.toString()), next, reply.toString());
    }

    /** A server that announced DSN was told what the sender wants to know (RFC 3461 §5.2.2). */
    static Fate relayed(Session session, Reply reply) {
        var notices = session.capabilities().has("DSN") ? Notices.THEIRS : Notices.OURS;
        return answered(session, new Outcome.Relayed(where(session), notices), Next.NOTHING, reply);
    }

    /** By LMTP it lies where it belongs (RFC 2033 §1). */
    static Fate delivered(Session session, Reply reply) {
        return answered(session, new Outcome.Delivered(where(session), List.of()), Next.NOTHING, reply);
    }

    private static String where(Session session) {
        return session.host() + (session.tls().equals("none") ? "" : " " + session.tls());
    }

    /** By a server's refusal, which is final in class 5. */
    static Fate refused(Session session, Reply reply, String inReplyTo, Next ifTemporary) {
        var status = reply.status(session.host().toString(), inReplyTo);
        return reply.permanent() ? answered(session, new Outcome.Failed(status), Next.NOTHING, reply)
                : answered(session, new Outcome.Deferred(temporary(status)), ifTemporary, reply);
    }

    /** A reply that has no place there: neither yes nor no. */
    private static Status temporary(Status status) {
        return status.temporary() ? status : new Status("4.5.0", status.text());
    }

    static Fate impossible(Status why) {
        return new Fate(new Outcome.Failed(why), Next.NOTHING, "not asked: " + why.text());
    }

    static Fate lost(Status why, Next next) {
        return new Fate(new Outcome.Deferred(why), next, why.text());
    }
}
