package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.posthouse.auth.AccountId;
import org.posthouse.message.BadSetting;

class LocationTest {
    @TempDir Path home;

    @ParameterizedTest
    @CsvSource({"mail/%d/%n/Maildir, mail/example.test/ann/Maildir", "%h/Maildir, mail/example.test/ann/Maildir",
        "%u, ann@example.test", "boxes/%n/, boxes/ann"})
    void relativePlacesAreInVar(String setting, String place) throws Exception {
        assertEquals(home.toAbsolutePath().resolve("var").resolve(place),
                new Location("location", setting, new HomeDisk(home)).of(new AccountId("ann@example.test")));
    }

    @Test
    void absolutePlacesAreTakenAsTheyAre() throws Exception {
        assertEquals(Path.of("/srv/mail/ann/Maildir"),
                new Location("location", "/srv/mail/%n/Maildir", new HomeDisk(home)).of(new AccountId("ann@example.test")));
    }

    @Test
    void noNameLeadsOutOfItsFolder() throws Exception {
        var location = new Location("location", "mail/%d/%n/Maildir", new HomeDisk(home));
        var mail = home.toAbsolutePath().resolve("var/mail");
        for (var name : List.of("../../etc@example.test", "..@..", "@", "a@", "@b", "a", "%2e@x", "a\0b@x", "Ä/ö@ü", ".@.", "a/../b@c")) {
            var place = location.of(new AccountId(name));
            assertEquals(place, place.normalize());
            assertEquals(mail.getNameCount() + 3, place.getNameCount(), name);
            assertEquals(mail, place.getParent().getParent().getParent(), name);
        }
        assertEquals(mail.resolve("example.test/%2e.%2fetc%25/Maildir"), location.of(new AccountId("../etc%@example.test")));
    }

    /** The UTF-8 octets of Cyrillic letters begin with d0. */
    @Test
    void whatIsWrittenForUnusualLettersIsNoPlaceholder() throws Exception {
        var mail = home.toAbsolutePath().resolve("var/mail");
        assertEquals(mail.resolve("example.test/%d0%bf%d0%b0/Maildir"),
                new Location("location", "%h/Maildir", new HomeDisk(home)).of(new AccountId("\u043f\u0430@example.test")));
        assertEquals(mail.resolve("%d0%bf@example.test"),
                new Location("location", "mail/%u", new HomeDisk(home)).of(new AccountId("\u043f@example.test")));
    }

    @Test
    void placesThatCannotBeRightAreRefused() {
        for (var setting : List.of("", "mail/Maildir", "mail/%d/Maildir", "mail/%x/%u", "mail/%", "../%u", "a/./%u", "x/%h/Maildir", "%u\0")) {
            assertThrows(BadSetting.class, () -> new Location("location", setting, new HomeDisk(home)), setting);
        }
    }
}
