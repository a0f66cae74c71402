package org.posthouse.imap;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.posthouse.imap.Command.Access;
import org.posthouse.mailbox.Mail;

/** The flags of a folder (RFC 3501 §7.2.6): those that IMAP defines, and the keywords that were seen on messages. */
final class Keywords {
    private static final String SYSTEM = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";

    private final Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    /** Whether there is one among them that was not known. */
    boolean learn(List<Mail> messages) {
        int before = known.size();
        Set<String> last = Set.of();
        for (var message : messages) {
            if (message.flags() != last) { // many messages share one set
                last = message.flags();
                learn(last);
            }
        }
        return known.size() > before;
    }

    private void learn(Set<String> flags) {
        for (var flag : flags) {
            if (flag.charAt(0) != '\\') {
                known.add(flag);
            }
        }
    }

    void tell(Output out, Access access) throws Gone {
        var all = known.isEmpty() ? SYSTEM : SYSTEM + " " + String.join(" ", known);
        out.untagged("FLAGS (" + all + ")");
        out.untagged("OK [PERMANENTFLAGS (" + (access == Access.READ_WRITE ? all + " \\*" : "") + ")] are kept");
    }
}
