package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.posthouse.auth.AccountId;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;
import org.posthouse.message.BadSetting;

/** A place is refused as a setting, or leads wherever its account's name wants below it and no higher. The input is a setting and a name. */
final class LocationFuzzTest implements FuzzTarget {
    private final Path home;
    private final HomeDisk disk;

    LocationFuzzTest() throws IOException {
        home = Scratch.folder();
        disk = new HomeDisk(home);
    }

    @Override
    public void take(byte[] input) throws IOException {
        var pieces = Pieces.of(input, 0, 2).stream().map(p -> new String(p, StandardCharsets.UTF_8)).toList();
        try {
            check(new Location("location", "%h/x", disk).of(new AccountId(pieces.get(1))));
            var location = new Location("location", pieces.get(0), disk);
            if (pieces.get(0).length() < 100 && !pieces.get(0).strip().startsWith("/")) {
                assertTrue(location.of(new AccountId(pieces.get(1))).normalize().startsWith(home.resolve("var")), pieces::toString);
            }
        } catch (BadSetting e) {
            assertEquals("location", e.key());
        } catch (IOException expected) {
            // a name that the file system does not take
        }
    }

    private void check(Path place) {
        assertEquals(home.resolve("var/mail").getNameCount() + 3, place.getNameCount(), place::toString);
        assertTrue(place.equals(place.normalize()) && place.startsWith(home.resolve("var/mail")), place::toString);
    }

    @Override
    public List<String> seeds() {
        return List.of("%h/Maildir\u001eann@example.test", "/var/mail/%u\u001e../..@..", "mail/%d/%n\u001e%d0@%n", "a\u001e@", "%u/../x\u001e.a@.b", "%n%d\u001e\0@/");
    }

    @Override
    public int longest() {
        return 300;
    }

    @Override
    public long mayAllocate(int octets) {
        return 8 << 20; // a place of many parts, each with a long name
    }
}
