package org.posthouse.smtpdelivery;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.smtpdelivery.Fate.Next;

/**
 * One message to some recipients at one server (RFC 5321 §3.3): the envelope, in one go where the server lets us (RFC 2920), then
 * the text by DATA or BDAT (RFC 3030), then what became of it; with LMTP (RFC 2033) for each recipient.
 */
final class Sending {
    /** RFC 5321 §4.5.3.1.10: what a server says that has had enough recipients for this time. */
    private static final int TOO_MANY = 452;
    private static final int PIECE = 64 * 1024;

    /** How far it has come: whether the server may have the message. */
    private enum Stage { ENVELOPE, TEXT, ENDED }

    private final Session session;
    private final Letter letter;
    private final boolean chunking;
    private final boolean eachAnswered;
    private final Map<Recipient, Fate> fates = new LinkedHashMap<>();
    private Stage stage = Stage.ENVELOPE;
    private boolean answered;

    /**
     * @param chunking     whether to use BDAT where the server knows it
     * @param eachAnswered whether the server answers for each recipient, by LMTP
     */
    Sending(Session session, Letter letter, boolean chunking, boolean eachAnswered) {
        this.session = session;
        this.letter = letter;
        this.chunking = (chunking || letter.isBinary()) && letter.countable(session.capabilities()) && session.capabilities().has("CHUNKING");
        this.eachAnswered = eachAnswered;
    }

    /** Whether the server has answered to anything of this message; one that has not may just be gone. */
    boolean answered() {
        return answered;
    }

    /** A fate for each. Never throws: what goes wrong is one. */
    Map<Recipient, Fate> to(List<Recipient> recipients) {
        try {
            hinder(recipients);
        } catch (IOException | UncheckedIOException e) {
            recipients.forEach(to -> fates.put(to, Fate.lost(new Status("4.3.0", "the message cannot be read now"), Next.NOTHING)));
        }
        var able = recipients.stream().filter(to -> !fates.containsKey(to)).toList();
        if (!able.isEmpty()) {
            sent(able);
        } else {
            answered = true;
        }
        return fates;
    }

    /** Those for whom this server cannot be given the message. */
    private void hinder(List<Recipient> recipients) throws IOException {
        var can = session.capabilities();
        var host = session.host().toString();
        var late = eachAnswered ? Optional.<Status>empty() : letter.late(session);
        var forAll = late.isPresent() ? late : letter.obstacle(session);
        for (var to : recipients) {
            forAll.or(() -> letter.obstacle(host, can, to)).ifPresent(why -> fates.put(to, Fate.impossible(why)));
        }
    }

    private void sent(List<Recipient> able) {
        try {
            boolean unfinished = session.begin();
            if (unfinished) {
                session.say("RSET");
            }
            message(able, unfinished);
        } catch (IOException e) {
            session.broken();
            var fate = stage == Stage.ENDED // not 4.4.x, which would send it to a fallback too
                    ? Fate.lost(new Status("4.5.0", session.host() + ": " + told(e) + " after it had the message; it may have come"), Next.NOTHING)
                    : Fate.lost(new Status("4.4.2", session.host() + ": " + told(e)), Next.OTHER_SERVER);
            able.forEach(to -> fates.putIfAbsent(to, fate));
        }
    }

    private static String told(IOException e) {
        return e instanceof SocketTimeoutException ? "it did not answer in time" : "the connection was lost (" + e.getMessage() + ")";
    }

    private void message(List<Recipient> able, boolean unfinished) throws IOException {
        var waits = session.waits();
        var can = session.capabilities();
        boolean pipelined = can.has("PIPELINING");
        session.say(letter.mail(can, able));
        if (pipelined) {
            for (var to : able) {
                session.say(letter.rcpt(can, to));
            }
            if (!chunking) {
                session.say("DATA");
            }
        }
        if (unfinished) {
            session.reply(waits.command());
        }
        var mail = reply(session.reply(waits.mail()));
        if (!mail.positive() && !pipelined) {
            all(able, mail, "MAIL");
            return;
        }
        var replies = new ArrayList<Reply>();
        for (var to : able) {
            replies.add(pipelined ? session.reply(waits.rcpt()) : session.command(letter.rcpt(can, to), waits.rcpt()));
        }
        var taken = mail.positive() ? taken(able, replies) : List.<Recipient>of();
        if (!mail.positive()) {
            all(able, mail, "MAIL");
        }
        var go = chunking ? Optional.<Reply>empty() : data(pipelined, taken);
        if (go.isPresent() && go.get().code() == 354 && replies.stream().anyMatch(Reply::positive) && taken.isEmpty()) {
            session.broken(); // it took recipients from no sender, and would take an empty message for them
        } else if (go.isPresent() && go.get().code() == 354 && taken.isEmpty()) {
            session.command(".", session.waits().end()); // RFC 2920 §3.1: it waits for a text that has no recipients
        } else if (go.isPresent() && go.get().code() != 354) {
            all(taken, go.get(), "DATA");
        } else if (!taken.isEmpty()) {
            text(taken);
        }
    }

    private Reply reply(Reply reply) {
        answered = true;
        return reply;
    }

    /** Whom the server takes; the others have their fate. */
    private List<Recipient> taken(List<Recipient> able, List<Reply> replies) {
        var taken = new ArrayList<Recipient>();
        for (int i = 0; i < able.size(); i++) {
            var reply = replies.get(i);
            if (reply.positive()) {
                taken.add(able.get(i));
            } else {
                var next = reply.code() == TOO_MANY && !taken.isEmpty() ? Next.OTHER_MESSAGE : Next.OTHER_SERVER;
                fates.put(able.get(i), Fate.refused(session, reply, "RCPT", next));
            }
        }
        return taken;
    }

    private Optional<Reply> data(boolean pipelined, List<Recipient> taken) throws IOException {
        if (pipelined) {
            return Optional.of(session.reply(session.waits().data()));
        }
        return taken.isEmpty() ? Optional.empty() : Optional.of(session.command("DATA", session.waits().data()));
    }

    private void all(List<Recipient> some, Reply reply, String inReplyTo) {
        some.forEach(to -> fates.putIfAbsent(to, Fate.refused(session, reply, inReplyTo, Next.OTHER_SERVER)));
    }

    private void text(List<Recipient> taken) throws IOException {
        stage = Stage.TEXT;
        try {
            if (chunking) {
                counted();
            } else {
                dotted();
            }
        } catch (IOException e) {
            var said = session.parting().filter(reply -> !reply.positive());
            if (said.isEmpty()) {
                throw e;
            }
            session.broken(); // it has had enough in the middle of the text
            all(taken, said.get(), "the text");
            return;
        }
        session.ended();
        if (eachAnswered) {
            for (var to : taken) {
                became(to, session.reply(session.waits().end()));
            }
        } else {
            var last = session.reply(session.waits().end());
            taken.forEach(to -> became(to, last));
        }
        session.done();
    }

    private void became(Recipient to, Reply reply) {
        fates.put(to, !reply.positive() ? Fate.refused(session, reply, "end of text", Next.NOTHING)
                : eachAnswered ? Fate.delivered(session, reply) : Fate.relayed(session, reply));
    }

    private void counted() throws IOException {
        session.say("BDAT " + letter.content().size() + " LAST");
        long left = letter.content().size();
        byte[] buffer = new byte[PIECE];
        try (var in = letter.content().open()) {
            for (int n; (n = in.read(buffer)) > 0; ) {
                left -= n;
                stage = left == 0 ? Stage.ENDED : Stage.TEXT;
                session.send(buffer, 0, n);
            }
        }
        if (left != 0) {
            throw new IOException("the message has another size than it should");
        }
        stage = Stage.ENDED;
    }

    private void dotted() throws IOException {
        var writer = new DotWriter(session::send);
        var out = new BufferedOutputStream(writer, PIECE);
        letter.write(session.capabilities(), out);
        out.flush();
        stage = Stage.ENDED;
        writer.end();
    }
}
