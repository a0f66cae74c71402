package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;

/** Mail to and from Debian's Postfix. */
final class PostfixIT extends BothWays {
    @Override
    void start(int port, int ourPort) throws Exception {
        Tool.need("postfix", "postfix");
        Files.createDirectories(dir.resolve("theirs/conf"));
        Files.createDirectories(dir.resolve("theirs/queue"));
        own(Files.createDirectories(dir.resolve("theirs/data")), "postfix");
        own(dir.resolve("theirs/mail"), "nobody");
        Files.writeString(dir.resolve("theirs/conf/main.cf"), """
                compatibility_level = 3.6
                queue_directory = %1$s/queue
                data_directory = %1$s/data
                myhostname = mx.p.test
                mydestination =
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                mynetworks = 127.0.0.0/8
                maillog_file = %1$s/postfix.log
                maillog_file_prefixes = /
                queue_run_delay = 1s
                minimal_backoff_time = 1s
                maximal_backoff_time = 2s
                alias_maps =
                local_recipient_maps =
                virtual_mailbox_domains = p.test
                virtual_mailbox_base = %1$s/mail
                virtual_mailbox_maps = inline:{{zoe@p.test=zoe/},{yan@p.test=yan/}}
                virtual_uid_maps = static:%2$s
                virtual_gid_maps = static:%3$s
                virtual_minimum_uid = 1
                virtual_mailbox_limit = 0
                message_size_limit = 60000000
                smtpd_tls_security_level = may
                smtpd_tls_cert_file = %1$s/cert.pem
                smtpd_tls_key_file = %1$s/key.pem
                smtpd_tls_received_header = yes
                smtp_tls_security_level = encrypt
                smtputf8_enable = yes
                transport_maps = inline:{{example.test=smtp:[127.0.0.1]:%4$d}}
                """.formatted(dir.resolve("theirs"), number("-u"), number("-g"), ourPort));
        Files.writeString(dir.resolve("theirs/conf/master.cf"), """
                127.0.0.1:%d inet n - n - - smtpd
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 1 1 qmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                flush unix n - n 1000? 0 flush
                proxymap unix - - n - - proxymap
                tlsmgr unix - - n 1000? 1 tlsmgr
                smtp unix - - n - - smtp
                error unix - - n - - error
                retry unix - - n - - error
                virtual unix - n n - - virtual
                anvil unix - - n - 1 anvil
                postlog unix-dgram n - n - 1 postlogd
                """.formatted(port));
        var started = command("start");
        assertTrue(started.well(), started::output);
    }

    private static String number(String option) throws IOException, InterruptedException {
        return Tool.run("id", option, "nobody").output().strip();
    }

    private Tool.Ran command(String word) throws IOException, InterruptedException {
        return Tool.run("postfix", "-c", dir.resolve("theirs/conf").toString(), word);
    }

    @Override
    void stop() throws Exception {
        command("stop");
    }

    @Override
    String tls() {
        return "using TLSv1.3";
    }

    @Override
    String statusOfNobody() {
        return "5.1.1";
    }
}
