package org.posthouse.imap;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.posthouse.imap.Command.Access;
import org.posthouse.imap.View.Shift;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Placed;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;

/** The commands that change messages of the selected folder, or put them elsewhere (RFC 3501 §6.4, RFC 4315, RFC 6851). */
final class MessageCommands {
    private final Output out;
    private final Enabled enabled;

    MessageCommands(Output out, Enabled enabled) {
        this.out = out;
        this.enabled = enabled;
    }

    /** RFC 3501 §6.4.6, RFC 7162 §3.1.3. */
    Reply store(AccountSession mail, View view, Command.Store command) throws Rejection, Refusal, IOException {
        view.mustBeWritable();
        if (command.conditional()) {
            enabled.enableCondstore();
        }
        var uids = view.uids(command.by(), command.set());
        var left = mail.flag(view.folder(), uids, command.update());
        view.stored(uids.minus(left), command.update(), command.echo());
        var failed = view.written(command.by(), left);
        if (!failed.isEmpty()) {
            return Reply.ok("MODIFIED " + failed, "some have changed since");
        }
        return command.by() == Numbering.UID ? Reply.ok("stored") : storedByNumber(view, uids);
    }

    /** RFC 2180 §4.2, RFC 5530: what is gone may not be told yet, but that it is. */
    private Reply storedByNumber(View view, UidSet uids) throws Refusal, IOException {
        view.announceEarly(out, Shift.FORBIDDEN, Numbering.SEQUENCE);
        return view.countGone(uids) == 0 ? Reply.ok("stored") : Reply.ok("EXPUNGEISSUED", "some of these messages are gone");
    }

    /** RFC 3501 §6.4.3, RFC 4315 §2.1. */
    Reply expunge(AccountSession mail, View view, Command.Expunge command) throws Rejection, Refusal, IOException {
        view.mustBeWritable();
        var uids = command.uids().isPresent() ? view.uids(Numbering.UID, command.uids().get()) : view.all();
        long before = view.modseq();
        mail.expungeDeleted(view.folder(), uids);
        view.announceEarly(out, Shift.ALLOWED, command.uids().isPresent() ? Numbering.UID : Numbering.SEQUENCE);
        boolean tells = enabled.qresync() && view.modseq() != before;
        return Reply.ok(tells ? "HIGHESTMODSEQ " + view.modseq() : "", "expunged"); // RFC 7162 §3.2.7
    }

    /** RFC 3501 §6.4.2: nobody is told of what it removes. */
    Reply close(AccountSession mail, View view) throws Refusal, IOException {
        if (view.access() == Access.READ_WRITE) {
            mail.expungeDeleted(view.folder(), view.all());
        }
        return Reply.ok("closed");
    }

    Reply copy(AccountSession mail, View view, Command.Copy command) throws Rejection, Refusal, IOException {
        var uids = view.uids(command.by(), command.set());
        var placed = to(command.to(), mail, uids, () -> mail.copy(view.folder(), uids, command.to()));
        mustHaveBeenThere(view, uids, placed);
        return Reply.ok(CopyUid.copy(placed), "copied");
    }

    /** RFC 6851 §4.3: first where they went, then that they are gone. */
    Reply move(AccountSession mail, View view, Command.Move command) throws Rejection, Refusal, IOException {
        view.mustBeWritable();
        var uids = view.uids(command.by(), command.set());
        long before = view.modseq();
        var placed = to(command.to(), mail, uids, () -> mail.move(view.folder(), uids, command.to()));
        mustHaveBeenThere(view, uids, placed);
        if (!placed.to().isEmpty()) {
            out.untagged("OK [" + CopyUid.copy(placed) + "] moved");
        }
        view.announceEarly(out, Shift.ALLOWED, command.by());
        boolean tells = enabled.qresync() && view.modseq() != before;
        return Reply.ok(tells ? "HIGHESTMODSEQ " + view.modseq() : "", "moved");
    }

    /** RFC 2180 §4.4, RFC 5530: all are gone, which the client may not know yet. */
    private static void mustHaveBeenThere(View view, UidSet uids, Placed placed) throws Rejection {
        if (placed.to().isEmpty() && !view.told().in(uids).isEmpty()) {
            throw new Rejection(Reply.no("EXPUNGEISSUED", "these messages are gone"));
        }
    }

    @FunctionalInterface
    private interface Transfer {
        Placed run() throws Refusal, IOException;
    }

    private static Placed to(String folder, AccountSession mail, UidSet uids, Transfer transfer)
            throws Rejection, Refusal, IOException {
        try {
            if (uids.isEmpty()) {
                return new Placed(mail.list(folder).uidValidity(), List.of(), List.of());
            }
            return transfer.run();
        } catch (NoSuchFileException _) {
            throw new Rejection(Reply.no("TRYCREATE", "There is no such folder"));
        }
    }
}
