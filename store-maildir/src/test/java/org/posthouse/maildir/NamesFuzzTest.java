package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.mailbox.BadFolderName;
import org.posthouse.queue.DeliveryId;

/** Names of files, directories and folders: what is understood is written as it was, and no folder's name leads out of its Maildir. */
final class NamesFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var text = new String(input, StandardCharsets.UTF_8);
        MailName.parse(text).ifPresent(NamesFuzzTest::check);
        FolderName.name(text).ifPresent(name -> assertEquals(text, directory(name).orElseThrow()));
        directory(text).filter(d -> !d.isEmpty()).ifPresent(directory -> {
            assertFalse(directory.contains("/") || directory.contains("..") || directory.length() < 2, directory);
            assertEquals(Optional.of(text), FolderName.name(directory));
        });
        var tag = MailName.tag(new DeliveryId(text));
        var base = MailName.base(MailName.unique(1_767_225_600, tag, "mx.example.test"), 5, 6);
        var name = MailName.parse(base + ":2,S").orElseThrow();
        assertEquals(List.of(base, "S", Optional.of(tag), 5L, 6L),
                List.of(name.base(), name.letters(), name.tag(), name.inFile().orElseThrow(), name.withCrlf().orElseThrow()));
    }

    private static void check(MailName name) {
        assertTrue(name.seconds() >= 0 && name.inFile().orElse(0) >= 0 && name.withCrlf().orElse(0) >= 0, name::toString);
        assertFalse(name.base().startsWith("."), name::toString);
        name.tag().ifPresent(tag -> Instant.ofEpochSecond(name.seconds()));
    }

    private static Optional<String> directory(String name) {
        try {
            return Optional.of(FolderName.directory(name));
        } catch (BadFolderName e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("1276528487.M364837P9451.kurkku,S=1355,W=1394:2,FS", "1767225600.HS1_1_1.mx,S=5,W=6", "a:2,", "a:2,S,x", ":2,", ".Sent.2026", ".&AC4-.x", "Sent/2026", "a/../b",
                "B\u00c3\u00bcro/x.y", ".B&APw-ro", "INBOX", "99999999999.H_x.y,S=,W=1", ".&-", "S1.1.1");
    }

    @Override
    public int longest() {
        return 400;
    }
}
