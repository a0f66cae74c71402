package org.posthouse.imap;

import java.util.List;
import java.util.Set;
import org.posthouse.imap.Command.Access;
import org.posthouse.mailbox.Mail;

/**
 * The flags of a folder that one client is told of (RFC 3501 §7.2.6): those that IMAP defines, and the keywords that were seen on
 * messages.
 */
final class Keywords {
    private static final String SYSTEM = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";

    private final KeywordsInUse.Names names;
    private int told;

    Keywords(KeywordsInUse.Names names) {
        this.names = names;
    }

    /** Whether there is one that the client was not told of, among these or seen by another session. */
    boolean learn(List<Mail> messages) {
        Set<String> last = Set.of();
        for (var message : messages) {
            if (message.flags() != last) { // many messages share one set
                last = message.flags();
                learn(last);
            }
        }
        return names.count() > told;
    }

    private void learn(Set<String> flags) {
        for (var flag : flags) {
            if (flag.charAt(0) != '\\') {
                names.add(flag);
            }
        }
    }

    void tell(Output out, Access access) throws Gone {
        var known = names.all();
        told = known.size();
        var all = known.isEmpty() ? SYSTEM : SYSTEM + " " + String.join(" ", known);
        out.untagged("FLAGS (" + all + ")");
        out.untagged("OK [PERMANENTFLAGS (" + (access == Access.READ_WRITE ? all + " \\*" : "") + ")] are kept");
    }
}
