package org.posthouse.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;
import org.posthouse.disk.PowerCutDisk;
import org.posthouse.pipeline.DroppedMail;

final class SendmailTest {
    @TempDir
    Path home;

    private int send(String input, String... words) throws BadUse {
        var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1));
        return new Sendmail(home, SendmailWords.of("sendmail", List.of(words)), in).run();
    }

    /** What lies in the drop folder: one message. */
    private String dropped() throws IOException {
        try (var files = Files.list(home.resolve("var/drop"))) {
            var all = files.toList();
            assertEquals(1, all.size(), all.toString());
            assertTrue(all.getFirst().getFileName().toString().matches("[0-9a-z]{16}"), all.toString());
            return Files.readString(all.getFirst(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aMessageIsDroppedWithItsEnvelope() throws Exception {
        assertEquals(0, send("Subject: x\n\none\n.\ntwo\r\n\rthree\0\n", "-i", "-f", "ann", "-F", "Ann\nSmith", "bob@example.test", "Joe <joe@example.test>"));
        assertEquals("from ann\r\nname Ann Smith\r\nto bob@example.test\r\nto joe@example.test\r\n\r\nSubject: x\r\n\r\none\r\n.\r\ntwo\r\nthree\r\n", dropped());
    }

    @Test
    void aDotEndsItWhereNothingElseIsSaid() throws Exception {
        assertEquals(0, send("Subject: x\n\none\n.\ntwo\n", "-f", "", "bob"));
        assertEquals("from \r\nname \r\nto bob\r\n\r\nSubject: x\r\n\r\none\r\n", dropped());
    }

    @Test
    void recipientsComeFromTheHeaderAndBccStaysHere() throws Exception {
        assertEquals(0, send("From x Mon\nTo: a@x.test\nBcc: b@x.test,\n c@x.test\nCC: \"D, d\" <d@x.test>\nSubject: s\n\nbody", "-t", "-f", "ann", "-N", "never", "e@x.test"));
        assertEquals("from ann\r\nname \r\nto e@x.test\r\nto a@x.test\r\nto b@x.test\r\nto c@x.test\r\nto d@x.test\r\nnotify never\r\n\r\n"
                + "To: a@x.test\r\nCC: \"D, d\" <d@x.test>\r\nSubject: s\r\n\r\nbody\r\n", dropped());
    }

    @Test
    void ofResentMailItsOwnFieldsCount() throws Exception {
        assertEquals(0, send("To: a@x.test\nResent-To: b@x.test\nResent-Bcc: c@x.test\n\n", "-t", "-f", "ann"));
        assertTrue(dropped().startsWith("from ann\r\nname \r\nto b@x.test\r\nto c@x.test\r\n\r\nTo: a@x.test\r\nResent-To: b@x.test\r\n\r\n"), dropped());
    }

    @Test
    void textWithoutAHeaderIsABody() throws Exception {
        assertEquals(0, send("just a line\n", "-f", "ann", "bob"));
        assertTrue(dropped().endsWith("\r\n\r\n\r\njust a line\r\n"), dropped());
    }

    @Test
    void withoutRecipientsItIsBadUseAndNothingIsLeft() throws Exception {
        assertEquals(64, send("Subject: x\n\n", "-t"));
        assertEquals(64, send("Subject: x\n\n"));
        assertEquals(65, send("Subject: x\n\n", "x".repeat(1_001)));
        assertTrue(Files.notExists(home.resolve("var/drop")));
    }

    @Test
    void smtpOverStandardInputDropsToo() throws Exception {
        assertEquals(0, send("EHLO x\r\nMAIL FROM:<ann@x.test> SIZE=3\r\nRCPT TO:<bob@x.test>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n", "-bs"));
        assertEquals("from ann@x.test\r\nname \r\nto bob@x.test\r\n\r\nSubject: x\r\n\r\n.\r\n", dropped());
    }

    @Test
    void smtpThatStopsWithinAMessageDropsNothing() throws Exception {
        assertEquals(75, send("MAIL FROM:<>\r\nRCPT TO:<bob@x.test>\r\nDATA\r\nSubject: x\r\n", "-bs"));
        try (var files = Files.list(home.resolve("var/drop"))) {
            assertEquals(0, files.count());
        }
    }

    /** At every cut a message is either there whole, under its name, or there is none; after the last step it is there. */
    @Test
    void aPowerCutLosesNothingThatWasTaken(@TempDir Path other) throws Exception {
        var disk = new PowerCutDisk(new HomeDisk(home), home);
        var envelope = new DroppedMail("ann", "", List.of("bob"), Optional.empty(), Optional.empty(), Optional.empty(), 0);
        try (var drop = new DropFile(disk, home, envelope)) {
            for (int i = 0; i < 200; i++) {
                drop.line("0123456789".repeat(7).getBytes(StandardCharsets.US_ASCII));
            }
            drop.drop();
        }
        var whole = dropped();
        for (int step = 0; step <= disk.steps(); step++) {
            for (var unsynced : PowerCutDisk.Unsynced.values()) {
                var after = other.resolve(step + "-" + unsynced);
                disk.cutAfter(step, unsynced, after);
                var folder = after.resolve("var/drop");
                var there = new ArrayList<String>();
                if (Files.isDirectory(folder)) {
                    try (var files = Files.list(folder)) {
                        for (var file : files.filter(f -> !f.toString().endsWith(".new")).toList()) {
                            there.add(Files.readString(file, StandardCharsets.ISO_8859_1));
                        }
                    }
                }
                assertTrue(there.isEmpty() || there.equals(List.of(whole)), step + " " + unsynced);
                assertTrue(step < disk.steps() || !there.isEmpty(), unsynced.toString());
            }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "user.name", matches = "root", disabledReason = "only root can give files away, or be tricked into it")
    void rootGivesAwayNothingThatSomebodyPutInThePlaceOfItsFile() throws Exception {
        var roots = Files.writeString(home.resolveSibling(home.getFileName() + "-roots"), "x");
        Files.setAttribute(home, "unix:uid", 12_345);
        try (var drop = new DropFile(home, new DroppedMail("ann", "", List.of("bob"), Optional.empty(), Optional.empty(), Optional.empty(), 0));
                var files = Files.newDirectoryStream(home.resolve("var/drop"))) {
            var beside = files.iterator().next();
            Files.delete(beside);
            Files.createSymbolicLink(beside, roots);
            drop.drop();
            assertEquals(0, Files.getAttribute(roots, "unix:uid"));
        } finally {
            Files.delete(roots);
        }
    }
}
