package org.posthouse.imap;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import org.posthouse.imap.Command.StatusItem;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Listing;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands on folders that need none selected (RFC 3501 §6.3). LIST and LSUB are in {@link ListCommands}. */
final class FolderCommands {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-imap");

    private final Output out;
    private final Enabled enabled;
    private final Limits limits;

    FolderCommands(Output out, Enabled enabled, Limits limits) {
        this.out = out;
        this.enabled = enabled;
        this.limits = limits;
    }

    /** RFC 2342: all folders are the account's own. */
    Reply namespace() throws Gone {
        out.untagged("NAMESPACE ((\"\" \"/\")) NIL NIL");
        return Reply.ok("that is all");
    }

    Reply create(AccountSession mail, Command.Create command) throws Rejection, Refusal, IOException {
        if (!command.uses().isEmpty()) {
            throw new Rejection(Reply.no("USEATTR", "Special uses go by the folder's name here")); // RFC 6154 §3
        }
        // RFC 3501 §6.3.3: a delimiter at the end only says that there will be folders below
        var name = command.folder();
        mail.create(name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
        return Reply.ok("created");
    }

    Reply delete(AccountSession mail, Command.Delete command) throws Refusal, IOException {
        mail.delete(command.folder());
        return Reply.ok("deleted");
    }

    Reply rename(AccountSession mail, Command.Rename command) throws Refusal, IOException {
        mail.rename(command.folder(), command.to());
        return Reply.ok("renamed");
    }

    Reply subscribe(AccountSession mail, Command.Subscribe command) throws IOException {
        mail.subscribe(command.folder());
        return Reply.ok("subscribed");
    }

    Reply unsubscribe(AccountSession mail, Command.Unsubscribe command) throws IOException {
        mail.unsubscribe(command.folder());
        return Reply.ok("unsubscribed");
    }

    Reply status(AccountSession mail, Command.Status command) throws Refusal, IOException {
        status(mail, command.folder(), command.items());
        return Reply.ok("that is all");
    }

    /** RFC 3501 §6.3.10, RFC 7162 §3.1.7, RFC 8438, RFC 7889 §3. */
    private void status(AccountSession mail, String folder, Set<StatusItem> items) throws Refusal, IOException {
        var listing = mail.list(folder);
        if (items.contains(StatusItem.HIGHESTMODSEQ)) {
            enabled.enableCondstore();
        }
        out.text("* STATUS ").folder(folder).text(" (");
        var space = "";
        for (var item : items) {
            out.text(space).text(item.name()).text(" ").number(value(item, listing));
            space = " ";
        }
        out.text(")").end();
    }

    private long value(StatusItem item, Listing listing) {
        return switch (item) {
            case MESSAGES -> listing.size();
            case RECENT -> recent(listing);
            case UIDNEXT -> listing.uidNext();
            case UIDVALIDITY -> listing.uidValidity();
            case UNSEEN -> listing.unseen();
            case HIGHESTMODSEQ -> listing.modseq();
            case SIZE -> listing.octets();
            case APPENDLIMIT -> limits.appendOctets();
        };
    }

    private static int recent(Listing listing) {
        int first = listing.indexOf(listing.recentFrom());
        return listing.size() - (first < 0 ? -first - 1 : first);
    }

    /** RFC 5819 §2: of a folder that is gone meanwhile, or cannot be looked at, nothing is told. */
    void statusIfThere(AccountSession mail, String folder, Set<StatusItem> items) throws Refusal, IOException {
        try {
            status(mail, folder, items);
        } catch (Gone | Unavailable e) {
            throw e;
        } catch (NoSuchFileException _) {
            // listed, and gone since
        } catch (IOException e) {
            LOG.warn("cannot look at the folder {}: {}", folder, e.toString());
        }
    }
}
