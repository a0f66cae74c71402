package org.posthouse.imap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Mail;

/**
 * The outlines of the messages looked at last: who fetches a large message in pieces has it parsed once. Of one session, and no
 * more than two at a time.
 */
final class Outlines {
    private static final int KEPT = 2;

    /** A key is never another message's in its folder. */
    private record Key(String folder, long uid, String key) {}

    private final Map<Key, Outline> kept = LinkedHashMap.newLinkedHashMap(KEPT + 1);

    Outline of(AccountSession session, String folder, Mail mail) throws IOException {
        var key = new Key(folder, mail.uid(), mail.key());
        var outline = kept.remove(key);
        if (outline == null) {
            outline = parse(session, folder, mail);
        }
        kept.put(key, outline);
        if (kept.size() > KEPT) {
            kept.remove(kept.keySet().iterator().next()); // the one used longest ago
        }
        return outline;
    }

    private static Outline parse(AccountSession session, String folder, Mail mail) throws IOException {
        try {
            return Outline.of(session.content(folder, mail).tree());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
