package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What another program of the machine puts into an account's INBOX, which must be there already. */
final class ForeignMail {
    private ForeignMail() {}

    static void drop(Path home, String store, String user, String text) throws IOException {
        var mail = home.resolve("var/mail/example.test/" + user);
        if (store.equals("store-mbox")) {
            assertTrue(Files.isRegularFile(mail.resolve("mbox")), mail.toString());
            Files.writeString(mail.resolve("mbox"), "From x@example.org Sun Mar  1 12:00:00 2026\n" + text + "\n\n",
                    StandardCharsets.ISO_8859_1, StandardOpenOption.APPEND);
            return;
        }
        var written = Files.writeString(mail.resolve("Maildir/tmp/1.foreign.host"), text, StandardCharsets.ISO_8859_1);
        Files.move(written, mail.resolve("Maildir/new/1.foreign.host"));
    }
}
