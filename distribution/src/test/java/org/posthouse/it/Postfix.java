package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/**
 * Debian's Postfix with a configuration and a queue of its own: {@code virtual@v.test} is delivered by virtual, {@code local@l.test} by
 * local itself and {@code procmail@l.test} by local through procmail, all to ann's INBOX.
 */
final class Postfix implements AutoCloseable {
    private final Neighbours neighbours;
    private final int port = Neighbours.freePort();

    Postfix(Neighbours neighbours, String procmailrc) throws IOException, InterruptedException {
        this.neighbours = neighbours;
        Files.createDirectories(neighbours.path("postfix/conf"));
        Files.createDirectories(neighbours.path("postfix/queue"));
        var data = Files.createDirectories(neighbours.path("postfix/data"));
        Files.setOwner(data, data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
        boolean maildir = neighbours.format() == Neighbours.Format.MAILDIR;
        var box = neighbours.inbox() + (maildir ? "/" : "");
        write("virtual", "virtual@v.test " + box + "\n");
        write("aliases", "local " + box + "\nprocmail \"|/usr/bin/procmail -m " + procmailrc + "\"\n");
        write("main.cf", """
                compatibility_level = 3.6
                queue_directory = %1$s/postfix/queue
                data_directory = %1$s/postfix/data
                myhostname = mx.postfix.test
                mydestination = l.test
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                mynetworks = 127.0.0.0/8
                maillog_file = %1$s/work/postfix.log
                maillog_file_prefixes = /
                soft_bounce = yes
                queue_run_delay = 1s
                minimal_backoff_time = 1s
                maximal_backoff_time = 2s
                default_privs = %2$s
                alias_maps = texthash:%1$s/postfix/conf/aliases
                local_recipient_maps =
                recipient_delimiter =
                allow_mail_to_files = alias
                virtual_mailbox_domains = v.test
                virtual_mailbox_base = /
                virtual_mailbox_maps = texthash:%1$s/postfix/conf/virtual
                virtual_uid_maps = static:%3$s
                virtual_gid_maps = static:%4$s
                virtual_minimum_uid = 1
                virtual_mailbox_limit = 0
                mailbox_size_limit = 0
                """.formatted(neighbours.path(""), Neighbours.user(), number("-u"), number("-g")));
        write("master.cf", """
                127.0.0.1:%d inet n - n - - smtpd
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 1 1 qmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                flush unix n - n 1000? 0 flush
                proxymap unix - - n - - proxymap
                error unix - - n - - error
                retry unix - - n - - error
                local unix - n n - - local
                virtual unix - n n - - virtual
                anvil unix - - n - 1 anvil
                postlog unix-dgram n - n - 1 postlogd
                """.formatted(port));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(neighbours.path("postfix/conf/" + name), text);
    }

    private static String number(String option) throws IOException, InterruptedException {
        return Tool.run("id", option, Neighbours.user()).output().strip();
    }

    Postfix start() throws Exception {
        var started = command("postfix", "start");
        assertTrue(started.well(), started::output);
        Soon.happens(this::answers, this::log);
        return this;
    }

    private Tool.Ran command(String program, String word) throws IOException, InterruptedException {
        return Tool.run(program, "-c", neighbours.path("postfix/conf").toString(), word);
    }

    private boolean answers() {
        try (var _ = smtp()) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    Smtp smtp() throws IOException {
        return new Smtp(port);
    }

    boolean idle() throws IOException, InterruptedException {
        return command("postqueue", "-p").output().contains("is empty");
    }

    String log() {
        try {
            return Files.readString(neighbours.path("work/postfix.log"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Deliveries that failed for another reason than a lock that somebody holds. */
    List<String> complaints() {
        return log().lines().filter(l -> l.contains("status=") && !l.contains("status=sent") && !l.contains("lock")
                || l.contains("fatal:") || l.contains("panic:")).toList();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        command("postfix", "stop");
    }
}
