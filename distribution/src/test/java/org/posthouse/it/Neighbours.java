package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A folder in which the programs of Debian and ours share the mail of one account, all of them as one user: who runs the test, or
 * "nobody" where root does. Nothing outside the folder is written, and all ports are of the loopback.
 */
final class Neighbours {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    /** How the account's mail is kept. */
    enum Format {
        MAILDIR("%s/Maildir", "%s/Maildir/.Archive", "maildir:%s/Maildir", "Maildir"),
        MBOX("%s/inbox", "%s/folders/Archive", "mbox:%s/folders:INBOX=%s/inbox", "mbox");

        private final String inbox;
        private final String archive;
        private final String location;
        final String mutt;

        Format(String inbox, String archive, String location, String mutt) {
            this.inbox = inbox;
            this.archive = archive;
            this.location = location;
            this.mutt = mutt;
        }
    }

    private final Path dir;
    private final Format format;

    Neighbours(Path dir, Format format) throws IOException {
        this.dir = dir;
        this.format = format;
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (var folder : List.of("home", "mail", "mail/ann", "mail/ann/folders", "work")) {
            own(Files.createDirectories(dir.resolve(folder)));
        }
    }

    /** Postfix can be started by root alone. */
    static boolean root() {
        return ROOT;
    }

    static String user() {
        return ROOT ? "nobody" : System.getProperty("user.name");
    }

    static String group() throws IOException {
        return ROOT ? "nogroup" : Files.getAttribute(Path.of(System.getProperty("user.home")), "posix:group").toString();
    }

    /** These words as the common user's command. */
    static List<String> as(String... command) throws IOException {
        var words = new ArrayList<String>();
        if (ROOT) {
            words.addAll(List.of("setpriv", "--reuid=" + user(), "--regid=" + group(), "--clear-groups"));
        }
        words.addAll(List.of(command));
        return words;
    }

    static int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException _) {
                continue; // somebody has it
            }
        }
        throw new IOException("no free port");
    }

    Format format() {
        return format;
    }

    Path path(String name) {
        return dir.resolve(name);
    }

    /** Where programs that open mailboxes by path find it. */
    String inbox() {
        return format.inbox.formatted(dir.resolve("mail/ann"));
    }

    String archive() {
        return format.archive.formatted(dir.resolve("mail/ann"));
    }

    /** As Dovecot is told. */
    String location() {
        return format.location.replace("%s", dir + "/mail/%n");
    }

    /** Our server on this mail, not started yet; the program is copied to where the common user can read it. */
    Server server() throws IOException, InterruptedException {
        var program = dir.resolve("program");
        assertTrue(Tool.run("cp", "-r", Server.PROGRAM.toString(), program.toString()).well());
        var server = new Server(dir.resolve("home"), as("env", "POSTHOUSE_JAVA_HOME=" + System.getProperty("java.home"),
                program.resolve("bin/posthouse").toString(), "--home", dir.resolve("home").toString()));
        server.configure(StraightPathIT.CONF.replaceFirst("\n\n", """

                store    = store-%s
                retry-first = 1s

                [store-maildir]
                location = %s/mail/%%n/Maildir

                [store-mbox]
                inbox    = %s/mail/%%n/inbox
                folders  = %s/mail/%%n/folders

                """.formatted(format.name().toLowerCase(Locale.ROOT), dir, dir, dir)));
        try (var files = Files.walk(dir.resolve("home"))) {
            for (var file : files.toList()) {
                own(file);
            }
        }
        return server;
    }

    /** A file of the common user's. */
    Path write(String name, String text) throws IOException {
        return own(Files.writeString(dir.resolve(name), text, StandardCharsets.ISO_8859_1));
    }

    private static Path own(Path file) throws IOException {
        if (ROOT) {
            Files.setOwner(file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user()));
        }
        return file;
    }
}
