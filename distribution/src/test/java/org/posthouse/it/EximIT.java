package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Mail to and from Debian's Exim, which {@code .ci/run} unpacks beside Postfix, since only one of them can be installed. */
final class EximIT extends BothWays {
    private static final Path PROGRAM = Path.of("/var/cache/posthouse/exim4/usr/sbin/exim4");
    private static final String USER = "Debian-exim"; // whom the program is built for

    private Process exim;

    @Override
    void start(int port, int ourPort) throws Exception {
        assertTrue(Files.isExecutable(PROGRAM) && Tool.run("id", USER).well(), PROGRAM + " or its user " + USER + " is missing: .ci/run makes them");
        for (var folder : new String[] {"spool", "log", "mail"}) {
            own(Files.createDirectories(dir.resolve("theirs/" + folder)), USER);
        }
        own(dir.resolve("theirs/key.pem"), USER);
        var conf = dir.resolve("theirs/exim.conf");
        Files.writeString(conf, """
                primary_hostname = mx.p.test
                exim_path = %1$s
                spool_directory = %2$s/spool
                log_file_path = %2$s/log/%%slog
                pid_file_path = %2$s/exim.pid
                keep_environment =
                daemon_smtp_ports = %3$d
                local_interfaces = 127.0.0.1
                message_size_limit = 60M
                deliver_drop_privilege = true
                tls_advertise_hosts = *
                tls_certificate = %2$s/cert.pem
                tls_privatekey = %2$s/key.pem
                dsn_advertise_hosts = *
                smtputf8_advertise_hosts = *
                acl_smtp_rcpt = recipient
                acl_smtp_data = accept

                begin acl
                recipient:
                  require verify = recipient
                  accept

                begin routers
                ours:
                  driver = accept
                  domains = p.test
                  local_parts = zoe : yan
                  transport = mail
                elsewhere:
                  driver = manualroute
                  domains = ! p.test
                  route_list = * 127.0.0.1
                  self = send
                  transport = smtp

                begin transports
                mail:
                  driver = appendfile
                  directory = %2$s/mail/$local_part_data
                  maildir_format
                  return_path_add
                smtp:
                  driver = smtp
                  port = %4$d
                  allow_localhost
                  hosts_require_tls = *
                  tls_verify_hosts =
                  tls_try_verify_hosts =

                begin retry
                * * F,1h,1s
                """.formatted(PROGRAM, dir.resolve("theirs"), port, ourPort));
        exim = new ProcessBuilder(PROGRAM.toString(), "-C", conf.toString(), "-bdf", "-q1s").redirectErrorStream(true)
                .redirectOutput(dir.resolve("theirs/exim.log").toFile()).start();
    }

    @Override
    void stop() throws InterruptedException {
        if (exim != null) {
            exim.destroy();
            if (!exim.waitFor(5, TimeUnit.SECONDS)) {
                exim.destroyForcibly();
            }
        }
    }

    @Override
    String tls() {
        return "(TLS1.3)";
    }

    @Override
    String statusOfNobody() {
        return "5.0.0"; // it gives no enhanced codes
    }
}
