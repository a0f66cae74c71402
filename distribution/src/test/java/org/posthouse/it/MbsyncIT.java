package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.it.Neighbours.Format;

/**
 * A client that keeps copies of its mail (mbsync) goes with it from Dovecot to our server, which takes the same files over, and back:
 * it downloads nothing again and uploads nothing, but what is new.
 */
final class MbsyncIT {
    private static final int MESSAGES = 60;

    @TempDir
    Path dir;

    @BeforeAll
    static void theProgramsAreThere() throws IOException, InterruptedException {
        Dovecot.need();
        Tool.need("mbsync", "isync");
    }

    @ParameterizedTest
    @EnumSource
    void downloadsNothingAgain(Format format) throws Exception {
        var neighbours = new Neighbours(dir, format);
        var dovecot = new Dovecot(neighbours);
        var server = neighbours.server();
        var conf = dir.resolve("home/conf/posthouse.conf");
        Files.writeString(conf, Files.readString(conf).replace("enable   = ", "enable   = protocol-imap, ") + """

                [listener imap]
                address  = 127.0.0.1
                protocol = imap
                port     = 0
                tls      = none
                """);
        try (var _ = dovecot.start(); var imap = dovecot.imap()) {
            imap.command("CREATE Archive");
            for (int i = 0; i < MESSAGES; i++) {
                imap.append(i % 4 == 0 ? "Archive" : "INBOX", i % 3 == 0 ? "\\Seen \\Flagged" : "", message(i));
            }
            imap.command("SELECT INBOX");
            imap.command("UID STORE 2,7:9 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            sync(dovecot.port());
        }
        var downloaded = copies();
        assertEquals(MESSAGES - 4, downloaded.size());
        try (var _ = server.start()) {
            sync(server.port("imap"));
            assertEquals(downloaded, copies());
            try (var imap = new Imap(server.port("imap"), "ann", "secret")) {
                imap.append("INBOX", "", message(MESSAGES));
                imap.append("Archive", "\\Answered", message(MESSAGES + 1));
                assertEquals(MESSAGES - 4 + 2, count(imap));
            }
            sync(server.port("imap"));
            assertTrue(copies().containsAll(downloaded), () -> "of " + downloaded);
            assertEquals(downloaded.size() + 2, copies().size());
        }
        var with = copies();
        try (var _ = dovecot.start(); var imap = dovecot.imap()) {
            sync(dovecot.port());
            assertEquals(with, copies());
            assertEquals(with.size(), count(imap));
        }
        assertEquals("", String.join("\n", dovecot.complaints()));
    }

    private static String message(int i) {
        return "From: a@example.org\r\nMessage-ID: <" + i + "@example.org>\r\nSubject: " + i + "\r\n\r\nThis is " + i + "\r\n";
    }

    private static int count(Imap imap) throws IOException {
        int count = 0;
        for (var folder : new String[] {"INBOX", "Archive"}) {
            var status = imap.command("STATUS " + folder + " (MESSAGES)").getFirst();
            count += Integer.parseInt(status.replaceAll(".*MESSAGES (\\d+)\\).*", "$1"));
        }
        return count;
    }

    private void sync(int port) throws IOException, InterruptedException {
        var near = Files.createDirectories(dir.resolve("near"));
        var rc = Files.writeString(dir.resolve("mbsyncrc"), """
                IMAPStore far
                Host 127.0.0.1
                Port %d
                SSLType None
                User ann
                Pass secret
                AuthMechs LOGIN

                MaildirStore near
                Path %2$s/
                Inbox %2$s/INBOX
                SubFolders Verbatim

                Channel all
                Far :far:
                Near :near:
                Patterns INBOX Archive
                Create Both
                Expunge Both
                Sync All
                SyncState %2$s/state-
                """.formatted(port, near));
        var ran = Tool.run(dir, Map.of("HOME", dir.toString()), "", "mbsync", "-c", rc.toString(), "all");
        assertTrue(ran.well(), ran::output);
    }

    /** The names of the files that mbsync made; they bear UIDs of its own, so that another download of a message has another name. */
    private TreeSet<String> copies() throws IOException {
        try (var files = Files.walk(dir.resolve("near"))) {
            return new TreeSet<>(files.filter(Files::isRegularFile).map(f -> dir.relativize(f).toString())
                    .filter(f -> f.contains("/cur/") || f.contains("/new/")).toList());
        }
    }
}
