package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Programs hand mail to bin/sendmail, with a server and without. */
final class SendmailIT {
    @TempDir
    Path home;

    @TempDir
    Path work;

    private Tool.Ran sendmail(String input, String... words) throws IOException, InterruptedException {
        return called("sendmail", input, words);
    }

    private Tool.Ran called(String name, String input, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Server.PROGRAM.resolve("bin").resolve(name).toString()));
        command.addAll(List.of(words));
        return Tool.run(work, Map.of("POSTHOUSE_HOME", home.toString()), input, command.toArray(String[]::new));
    }

    private void send(String input, String... words) throws IOException, InterruptedException {
        var ran = sendmail(input, words);
        assertEquals(0, ran.status(), ran.output());
        assertEquals("", ran.output());
    }

    private List<String> dropped() throws IOException {
        var drop = home.resolve("var/drop");
        if (!Files.isDirectory(drop)) {
            return List.of();
        }
        try (var files = Files.list(drop)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    private void taken(Server server) throws Exception {
        Soon.happens(() -> dropped().isEmpty(), server::log);
    }

    private static List<String> only(Server server, String user, int number) throws Exception {
        Soon.happens(() -> {
            try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
                return pop.count() == number;
            }
        }, server::log);
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            return pop.retrieve(number);
        }
    }

    @Test
    void mailWaitsForTheServerAndARunningOneTakesItAtOnce() throws Exception {
        try (var server = new Server(home).configure(StraightPathIT.CONF)) {
            send("Subject: early\n\n.\nbody\n", "-i", "-f", "ann", "-F", "Ann Smith", "bob");
            assertEquals(1, dropped().size());
            server.start();
            taken(server);
            var early = only(server, "bob", 1);
            assertTrue(early.contains("From: \"Ann Smith\" <ann@example.test>") && early.contains("Return-Path: <ann@example.test>"), early.toString());
            assertEquals(List.of(".", "body"), early.subList(early.indexOf("") + 1, early.indexOf("") + 3));

            send("To: ann@example.test\nCc: Bob <bob@example.test>\nBcc: postmaster\nSubject: now\n\nx\n", "-t", "-oi", "-f", "ann@example.test");
            taken(server);
            var now = String.join("\n", only(server, "bob", 2));
            assertTrue(now.contains("\nSubject: now\n") && now.contains("\nMessage-ID: <") && !now.contains("Bcc"), now);
            assertTrue(only(server, "ann", 1).contains("Subject: now"));
            assertEquals(0, server.terminate());
        }
    }

    @Test
    void whatIsRefusedComesBackToItsSender() throws Exception {
        try (var server = new Server(home).configure(StraightPathIT.CONF).start()) {
            send("Subject: nobody reads this\n\nx\n", "-f", "ann@example.test", "nobody@example.test", "bob");
            assertTrue(only(server, "bob", 1).contains("Subject: nobody reads this"));
            var notice = String.join("\n", only(server, "ann", 1));
            assertTrue(notice.contains("Final-Recipient: rfc822; nobody@example.test") && notice.contains("Status: 5.1.1"), notice);
            send("Subject: far\n\nx\n", "-f", "ann@example.test", "zoe@elsewhere.example");
            taken(server);
            var queue = called("mailq", "");
            assertTrue(queue.well() && queue.output().contains("zoe@elsewhere.example"), queue.output());
        }
    }

    @Test
    void badUseHasTheStatusesThatProgramsKnow() throws Exception {
        new Server(home).configure(StraightPathIT.CONF).close();
        assertEquals(64, sendmail("Subject: x\n\n", "-t").status());
        assertEquals(64, sendmail("", "-Z").status());
        assertEquals(64, sendmail("", "-bd").status());
        assertEquals(0, sendmail("", "-bi").status());
        assertEquals(0, called("newaliases", "").status());
        assertEquals(List.of(), dropped());
        var elsewhere = Tool.run(work, Map.of("POSTHOUSE_HOME", work.resolve("none").toString()), "", Server.PROGRAM.resolve("bin/sendmail").toString(), "ann");
        assertEquals(64, elsewhere.status(), elsewhere.output());
    }

    @Test
    void aSenderThatIsNoAddressIsRefusedAtOnce() throws Exception {
        new Server(home).configure(StraightPathIT.CONF).close();
        var ran = sendmail("Subject: x\n\n", "-f", "not an address", "bob");
        assertEquals(65, ran.status(), ran.output());
        assertTrue(ran.output().contains("'not an address'"), ran.output());
        send("Subject: x\n\n", "-f", "<>", "bob");
        assertEquals(1, dropped().size());
    }

    @Test
    @EnabledIfSystemProperty(named = "user.name", matches = "root", disabledReason = "only root can work in the home of another")
    void rootLeavesNothingOfItsOwnInAnothersHome() throws Exception {
        new Server(home).configure(StraightPathIT.CONF).close();
        var nobody = home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        try (var files = Files.walk(home)) {
            for (var file : files.toList()) {
                Files.setOwner(file, nobody);
            }
        }
        for (var ran : List.of(called("mailq", ""), sendmail("", "-q"), sendmail("", "-bv", "ann"))) {
            assertEquals(1, ran.status(), ran.output());
            assertTrue(ran.output().contains("runuser -u nobody"), ran.output());
        }
        send("Subject: x\n\n", "-f", "ann", "bob");
        try (var files = Files.walk(home)) {
            assertEquals(List.of(), files.filter(file -> isNot(nobody, file)).toList());
        }
    }

    private static boolean isNot(UserPrincipal owner, Path file) {
        try {
            return !Files.getOwner(file).equals(owner);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void muttSendsByItAndSwaksSpeaksSmtpWithIt() throws Exception {
        Tool.need("mutt", "mutt");
        Tool.need("swaks", "swaks");
        try (var server = new Server(home).configure(StraightPathIT.CONF).start()) {
            var program = Files.writeString(work.resolve("sendmail"), "#!/bin/sh\nPOSTHOUSE_HOME='" + home + "' exec '" + Server.PROGRAM + "/bin/sendmail' \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            var mutt = Tool.run(work, Map.of("HOME", work.toString()), "a letter\n.\nof mutt\n", "mutt", "-n", "-F", "/dev/null",
                    "-e", "set sendmail='" + program + " -oem -oi' from=ann@example.test use_envelope_from=yes copy=no record= dsn_notify='failure,delay'",
                    "-s", "by mutt", "-b", "ann@example.test", "bob@example.test");
            assertEquals(0, mutt.status(), mutt.output());
            var letter = only(server, "bob", 1);
            assertTrue(letter.contains("Subject: by mutt") && letter.contains("of mutt"), letter.toString());
            assertFalse(letter.stream().anyMatch(l -> l.startsWith("Bcc")), letter.toString());
            assertTrue(only(server, "ann", 1).contains("Subject: by mutt"));

            var swaks = Tool.run(work, Map.of(), "", "swaks", "--pipe", program + " -bs", "--from", "ann@example.test", "--to", "bob@example.test",
                    "--helo", "here", "--body", "by hand\\n.\\n", "--header", "Subject: by swaks");
            assertEquals(0, swaks.status(), swaks.output());
            assertTrue(only(server, "bob", 2).contains("Subject: by swaks"));
        }
    }
}
