package org.posthouse.imap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.mailbox.Placed;
import org.posthouse.message.MessageId;
import org.posthouse.message.Refusal;
import org.posthouse.message.SessionId;
import org.posthouse.message.Spooled;
import org.posthouse.queue.DeliveryId;

/**
 * APPEND (RFC 3501 §6.3.11, RFC 4315 §3, RFC 7889): a message goes from the connection to the spool and from there to its folder;
 * what can be refused is refused before the client sends it.
 */
final class Appending {
    private final CommandReader in;
    private final Mailboxes mailboxes;
    private final Limits limits;
    private final SessionId session;
    private final Clock clock;
    private int numbered;
    private int appended;

    Appending(CommandReader in, Mailboxes mailboxes, Limits limits, SessionId session, Clock clock) {
        this.in = in;
        this.mailboxes = mailboxes;
        this.limits = limits;
        this.session = session;
        this.clock = clock;
    }

    /** How many messages this session has stored. */
    int appended() {
        return appended;
    }

    Reply append(AccountSession mail, Command.Append command) throws Rejection, Refusal, IOException {
        var message = command.message();
        check(message.literal());
        try {
            mail.list(command.folder());
            try (var content = take(message.literal())) {
                var placed = store(mail, command, content);
                return Reply.ok(CopyUid.append(placed), "stored");
            }
        } catch (NoSuchFileException _) {
            throw new Rejection(Reply.no("TRYCREATE", "There is no such folder"));
        }
    }

    private void check(Command.Literal literal) throws Rejection {
        if (literal.octets() > limits.appendOctets()) {
            throw new Rejection(Reply.no("TOOBIG", "A message may have " + limits.appendOctets() + " octets"));
        }
        if (literal.octets() == 0) {
            throw new Rejection(Reply.no("CANNOT", "There is nothing in that message"));
        }
    }

    private Spooled take(Command.Literal literal) throws Rejection, Refusal, IOException {
        var octets = in.message(literal);
        var content = spool(octets);
        if (in.endOfMessage().length > 0) {
            content.close();
            throw new Rejection("APPEND takes one message");
        }
        return content;
    }

    /** Line ends may add an octet for each one there is. */
    private Spooled spool(InputStream octets) throws Refusal, IOException {
        return mailboxes.spool(new CrlfInput(octets), 2 * limits.appendOctets());
    }

    private Placed store(AccountSession mail, Command.Append command, Spooled content) throws Refusal, IOException {
        var id = new DeliveryId(new MessageId(session, ++numbered), 1);
        var received = command.message().received().orElse(clock.instant());
        var placed = mail.append(command.folder(), id, content, command.message().flags(), received);
        appended++;
        return placed;
    }
}
