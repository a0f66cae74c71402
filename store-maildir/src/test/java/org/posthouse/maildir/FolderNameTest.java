package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.posthouse.mailbox.BadFolderName;

class FolderNameTest {
    @ParameterizedTest
    @CsvSource({"Sent, .Sent", "Sent/2026, .Sent.2026", "Sent Mail, .Sent Mail", "Entwürfe, .Entw&APw-rfe", "a&b, .a&-b",
        "v1.0, .v1&AC4-0", "~peter/mail/台北/日本語, '.~peter.mail.&U,BTFw-.&ZeVnLIqe-'", "&, .&-", "inboxes, .inboxes",
        "INBOX/sub, .INBOX.sub", "😀, .&2D3eAA-"})
    void namesAreWrittenAsDovecotWritesThem(String name, String directory) throws Exception {
        assertEquals(directory, FolderName.directory(name));
        assertEquals(Optional.of(name), FolderName.name(directory));
    }

    @Test
    void inboxIsTheMaildirItself() throws Exception {
        for (var name : List.of("INBOX", "inbox", "Inbox")) {
            assertEquals("", FolderName.directory(name));
        }
    }

    @Test
    void directoriesThatAreNoFoldersAreNotListed() {
        for (var directory : List.of("", ".", "..", "...", ".INBOX", ".inbox", ".a..b", ".a.", "cur", ".&", ".a&b", ".&AGE-", ".&-&-&x",
                ".&***-", ".Entwürfe", ".&AAA-", ".&AC8-")) {
            assertEquals(Optional.empty(), FolderName.name(directory), directory);
        }
    }

    @Test
    void aNameThatWouldBeTooLongForADirectoryIsRefused() throws Exception {
        assertEquals(255, FolderName.directory("x".repeat(254)).length());
        assertThrows(BadFolderName.class, () -> FolderName.directory("x".repeat(255)));
        assertThrows(BadFolderName.class, () -> FolderName.directory("台".repeat(100)));
    }

    @Test
    void everyNameThatIsAcceptedComesBackAndStaysInsideTheMaildir() {
        var random = new Random(3);
        var odd = "ab./&-,~% \u00e9\u53f0\ud83d\ude00\ud800\u0000\n\\:*";
        for (int i = 0; i < 50_000; i++) {
            var name = random.ints(random.nextInt(1, 12), 0, odd.length()).mapToObj(odd::charAt)
                    .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append).toString();
            try {
                var directory = FolderName.directory(name);
                assertEquals(-1, directory.indexOf('/'));
                assertEquals('.', directory.charAt(0));
                if (name.codePoints().noneMatch(c -> c >= 0xd800 && c < 0xe000)) {
                    assertEquals(Optional.of(name), FolderName.name(directory), name);
                }
            } catch (BadFolderName _) {
                continue;
            }
        }
    }
}
