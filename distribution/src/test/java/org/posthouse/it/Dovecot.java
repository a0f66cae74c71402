package org.posthouse.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Debian's Dovecot with a configuration of its own; IMAP on a port of the loopback. */
final class Dovecot implements AutoCloseable {
    /** It logs at these levels what should not be; and some of what it finds wrong with files as mere information. */
    private static final Pattern COMPLAINT = Pattern.compile("(Warning|Error|Fatal|Panic): |uidlist|UID inserted|reappeared|corrupt|renamed|out of order");
    private static final Pattern HARMLESS = Pattern.compile("Killed with signal 15|Dovecot v\\S+ .* starting up");
    /** Of an mbox alone: mutt gives each message that it writes anew a field "Lines", after Dovecot noted the message's size. */
    private static final Pattern SIZE = Pattern.compile("Cached message size smaller than expected");

    private final Neighbours neighbours;
    private final int port = Neighbours.freePort();
    private final Path log;
    private Process process;

    /** Left out where it is another than 2.3: version 2.4 has other settings for all that is written below, and does not start with these. */
    static void need() throws IOException, InterruptedException {
        Tool.need("dovecot", "dovecot-imapd");
        assumeTrue(Tool.run("dovecot", "--version").output().startsWith("2.3."), "the configuration is one for Dovecot 2.3");
    }

    Dovecot(Neighbours neighbours) throws IOException {
        this.neighbours = neighbours;
        this.log = neighbours.path("work/dovecot.log");
        var dir = neighbours.path("work");
        neighbours.write("work/dovecot.conf", """
                base_dir = %1$s/run
                state_dir = %1$s/state
                log_path = %1$s/dovecot.log
                protocols = imap
                listen = 127.0.0.1
                ssl = no
                disable_plaintext_auth = no
                default_internal_user = %2$s
                default_internal_group = %3$s
                default_login_user = %2$s
                first_valid_uid = 1
                mail_max_userip_connections = 100
                mail_location = %4$s
                mbox_write_locks = dotlock fcntl
                mbox_dirty_syncs = no
                mbox_lazy_writes = no
                namespace inbox {
                  inbox = yes
                  separator = /
                }
                passdb {
                  driver = static
                  args = password=secret
                }
                userdb {
                  driver = static
                  args = uid=%2$s gid=%3$s home=%1$s/dovecot-home/%%n
                }
                service anvil {
                  chroot =
                }
                service imap-login {
                  chroot =
                  inet_listener imap {
                    port = %5$d
                  }
                  inet_listener imaps {
                    port = 0
                  }
                }
                """.formatted(dir, Neighbours.user(), Neighbours.group(), neighbours.location(), port));
    }

    Dovecot start() throws Exception {
        process = new ProcessBuilder(Neighbours.as("dovecot", "-F", "-c", neighbours.path("work/dovecot.conf").toString()))
                .redirectErrorStream(true).redirectOutput(neighbours.path("work/dovecot.out").toFile()).start();
        Soon.happens(this::answers, this::log);
        return this;
    }

    private boolean answers() {
        try (var _ = imap()) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    int port() {
        return port;
    }

    Imap imap() throws IOException {
        return new Imap(port, "ann", "secret");
    }

    String log() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    List<String> complaints() {
        return log().lines().filter(l -> COMPLAINT.matcher(l).find() && !HARMLESS.matcher(l).find())
                .filter(l -> neighbours.format() == Neighbours.Format.MAILDIR || !SIZE.matcher(l).find()).toList();
    }

    /** Whether a message's size was another than it had noted; it forgets that one then. */
    boolean tookBackASize() {
        return SIZE.matcher(log()).find();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
