package org.posthouse.imap;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.posthouse.mailbox.BadFolderName;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in IMAP's words why something was not done (RFC 5530). */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-imap");

    private Failures() {}

    static Reply reply(Refusal refusal) {
        Status status = refusal.status();
        return switch (status.code()) {
            case "5.2.2", "4.2.2" -> Reply.no("OVERQUOTA", status.text());
            case "5.3.4" -> Reply.no("TOOBIG", status.text());
            case "5.7.8" -> Reply.no("AUTHENTICATIONFAILED", status.text());
            case "5.5.2" -> Reply.bad(status.text());
            default -> Reply.no(status.temporary() ? "UNAVAILABLE" : status.code().startsWith("5.7.") ? "NOPERM" : "CANNOT", status.text());
        };
    }

    /** What the world did; nothing of it is for the client to read but its kind. */
    static Reply reply(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> Reply.no("NONEXISTENT", "There is no such folder");
            case FileAlreadyExistsException _ -> Reply.no("ALREADYEXISTS", "There is a folder of that name");
            case BadFolderName _ -> Reply.no("CANNOT", "There can be no folder of that name");
            case Unavailable _ -> {
                LOG.warn("mail is not to be had: {}", failure.toString());
                yield Reply.no("UNAVAILABLE", "That is not possible for now, please try again later");
            }
            default -> {
                LOG.warn("something went wrong with mail", failure);
                yield Reply.no("SERVERBUG", "Something went wrong here; it is in the server's log");
            }
        };
    }

    static Reply reply(RuntimeException bug) {
        LOG.error("a command failed", bug);
        return Reply.no("SERVERBUG", "Something went wrong here; it is in the server's log");
    }
}
