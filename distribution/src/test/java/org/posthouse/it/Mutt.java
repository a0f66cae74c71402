package org.posthouse.it;

import java.io.IOException;
import java.util.Map;

/** Debian's mutt and procmail at work on the files, as a user and a delivery agent have them. */
final class Mutt {
    private final Neighbours neighbours;
    private final String rc;

    /** Its dot lock is left out: where another program has it for five seconds mutt asks whether to take it away, and the next key says yes. */
    Mutt(Neighbours neighbours) throws IOException {
        this.neighbours = neighbours;
        this.rc = neighbours.write("work/muttrc", """
                set quit=yes move=no confirmappend=no confirmcreate=no delete=yes mark_old=no wait_key=no sleep_time=0
                set mbox_type=%s folder=%s spoolfile=%s tmpdir=%s
                set from=mutt@example.org realname="" hostname=example.org use_from=yes copy=no dotlock_program=/bin/true
                set ssl_starttls=no ssl_force_tls=no crypt_use_gpgme=no timeout=1
                """.formatted(neighbours.format().mutt, neighbours.path("mail/ann"), neighbours.inbox(), neighbours.path("work"))).toString();
    }

    String inbox() {
        return neighbours.inbox();
    }

    String archive() {
        return neighbours.archive();
    }

    /** Opens INBOX and presses these keys. */
    void press(String keys) throws IOException, InterruptedException {
        var script = neighbours.write("work/mutt.keys", "source " + rc + "\npush \"" + keys + "\"\n");
        // it wants a terminal, which script gives it
        run("", "script", "-qec", "timeout --foreground 20 mutt -n -F " + script + " -f " + neighbours.inbox(), "/dev/null");
    }

    /** Pattern of one message, as keys. */
    static String pattern(String id) {
        return "~h X-Beside:.*" + id + "$<enter>";
    }

    /** Sends by our server, or writes a copy straight into INBOX; false when it could not, which mutt takes for no failure. */
    boolean send(String id, String text, String how) throws IOException, InterruptedException {
        var said = run(text, "mutt", "-n", "-F", rc, "-s", id, "-e", "my_hdr X-Beside: " + id, "-e", how, "--", "ann@example.test");
        if (!said.well()) {
            throw new IOException("mutt: " + said.output());
        }
        return said.output().isBlank();
    }

    /** Delivers as a delivery agent does. */
    static String procmailrc(Neighbours neighbours) throws IOException {
        boolean maildir = neighbours.format() == Neighbours.Format.MAILDIR;
        return neighbours.write("work/procmailrc", """
                SHELL=/bin/sh
                LOCKSLEEP=1
                LOGFILE=%s
                :0%s
                %s
                """.formatted(neighbours.path("work/procmail.log"), maildir ? "" : ":", neighbours.inbox() + (maildir ? "/" : ""))).toString();
    }

    void procmail(String message, String procmailrc) throws IOException, InterruptedException {
        var said = run("From p@example.org Sun Mar  1 12:00:00 2026\n" + message, "procmail", "-m", procmailrc);
        if (!said.well()) {
            throw new IOException("procmail: " + said);
        }
    }

    private Tool.Ran run(String input, String... command) throws IOException, InterruptedException {
        var environment = Map.of("HOME", neighbours.path("work").toString(), "TERM", "xterm", "LC_ALL", "C.UTF-8");
        return Tool.run(neighbours.path("work"), environment, input, Neighbours.as(command).toArray(String[]::new));
    }
}
