package org.posthouse.smtp;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;

/**
 * VRFY and EXPN (RFC 5321 §3.5). Strangers learn nothing (§7.3): 252 to the one, 502 to the other; users, where the postmaster wants it,
 * who is there and whom an alias means.
 */
record Inquiry(boolean allowed, SmtpProtocol.Services services) {
    private static final int MOST_TOLD = 100;
    private static final Reply NOT_TOLD = Reply.of(252, "2.0.0", "Not told; send mail and see");
    private static final Reply NO_LISTS = Reply.of(502, "5.5.1", "Lists are not told");
    private static final Reply NOT_NOW = Reply.of(451, "4.3.2", "Not available now, try again later");
    private static final Status NO_ADDRESS = new Status("5.1.3", "That is no address");

    Reply verify(String whom) {
        return allowed ? answer(whom, true) : NOT_TOLD;
    }

    Reply expand(String whom) {
        return allowed ? answer(whom, false) : NO_LISTS;
    }

    private Reply answer(String whom, boolean itself) {
        var address = address(whom);
        if (address.isEmpty()) {
            return Reply.of(550, NO_ADDRESS.code(), NO_ADDRESS.text());
        }
        try {
            var members = services.intake().members(address.get());
            if (members.isEmpty()) {
                return NOT_TOLD; // not ours
            }
            var told = itself ? List.of(address.get()) : members.subList(0, Math.min(members.size(), MOST_TOLD));
            return new Reply(250, "2.1.5", told.stream().map(a -> "<" + a + ">").toList(), false);
        } catch (Refusal refusal) {
            return Reply.of(550, refusal.status().permanent() ? refusal.status().code() : "5.1.1", refusal.status().text());
        } catch (IOException e) {
            return NOT_NOW;
        }
    }

    /** With brackets or without, with a domain or without. */
    private Optional<Address> address(String whom) {
        var bare = whom.startsWith("<") && whom.endsWith(">") ? whom.substring(1, whom.length() - 1) : whom;
        return Address.parse(bare.contains("@") ? bare : bare + "@" + services.site().firstDomain());
    }
}
