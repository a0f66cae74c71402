package org.posthouse.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of the top lines, before the first section. Read as metatype XML, like every bundle's keys; never implemented. */
@ObjectClassDefinition(name = "top", description = "The server as a whole: the lines before the first section")
@interface TopKeys {
    @AttributeDefinition(description = "The server's name in greetings, Received and certificates")
    String hostname();

    @AttributeDefinition(description = "The mail domains it is responsible for; the first completes log-in names without @")
    String[] domains();

    @AttributeDefinition(description = "Bundles that run, by name or pattern (filter-*)")
    String[] enable() default {};

    @AttributeDefinition(description = "Bundles that do not run, by name or pattern")
    String[] disable() default {};

    @AttributeDefinition(name = "duration", description = "How long the absence of a bundle is waiting, not failure")
    String grace() default "5s";

    @AttributeDefinition(name = "duration",
            description = "How long a sender waits for delivery to mailboxes here before its message is queued")
    String inline_budget() default "2s";

    @AttributeDefinition(name = "duration",
            description = "After what time queued mail to other hosts is tried again; each time it is doubled")
    String retry_first() default "5m";

    @AttributeDefinition(min = "1", max = "10000", description = "Deliveries out of the queue that are under way at a time, to all places together")
    int deliveries_at_once() default 200;

    @AttributeDefinition(min = "1", max = "1000", description = "Of these to one destination: what concurrency grows to with success")
    int destination_concurrency() default 20;

    @AttributeDefinition(min = "1", max = "1000", description = "And what it begins with; failures to reach a place halve it")
    int destination_concurrency_first() default 5;

    @AttributeDefinition(name = "duration", description = "The longest time between two attempts")
    String retry_longest() default "4h";

    @AttributeDefinition(name = "duration", description = "How long queued mail is tried before it goes back to its sender")
    String expire() default "5d";

    @AttributeDefinition(name = "duration", description = "After what time a sender is told that the message still waits")
    String delay_notice() default "4h";

    @AttributeDefinition(name = "duration",
            description = "How long sessions may keep a replaced bundle before they are asked to end")
    String drain() default "10m";

    @AttributeDefinition(description = "The order in which directories are asked; empty: by name")
    String[] directories() default {};

    @AttributeDefinition(description = "The bundle that gives mail its order and UIDs")
    String mailboxes() default "mailboxes-indexed";

    @AttributeDefinition(description = "The store of new accounts' mail")
    String store() default "store-maildir";

    @AttributeDefinition(max = "1", description = "What separates a user's name from a tag (ann+lists); empty: no tags")
    String recipient_delimiter() default "+";

    @AttributeDefinition(name = "address", description = "Where mail to postmaster goes when no account or alias has that name")
    String postmaster() default "";

    @AttributeDefinition(description = "jdk, or bc for Bouncy Castle with X25519MLKEM768",
            options = {@Option(label = "jdk", value = "jdk"), @Option(label = "bc", value = "bc")})
    String tls_provider() default "jdk";

    @AttributeDefinition(name = "server",
            description = "The DNS resolvers to ask, like 127.0.0.1 or 127.0.0.1:5353; empty: those of /etc/resolv.conf")
    String[] resolvers() default {};

    @AttributeDefinition(name = "duration", min = "1ms", description = "How long one look-up in the DNS may take")
    String dns_timeout() default "10s";

    @AttributeDefinition(description = "Believe also resolvers that are not on the loopback when they say that an answer is"
            + " validated (DNSSEC)")
    boolean trust_ad() default false;

    @AttributeDefinition(description = "File of the certificates that other hosts' are verified by (PEM), in conf/ or anywhere; empty: the JDK's")
    String tls_roots() default "";

    @AttributeDefinition(min = "0", max = "65535", description = "Prometheus text on this port of the loopback; 0: off")
    int metrics_port() default 0;

    @AttributeDefinition(min = "1", max = "3650", description = "Days that trace files are kept")
    int trace_days() default 14;

    @AttributeDefinition(description = "CRAM-MD5 and DIGEST-MD5, for old clients; they work for accounts whose directory keeps the password readable")
    String[] challenge_mechanisms() default {};

    @AttributeDefinition(min = "1", description = "Failed log-ins within login-window that lock out")
    int login_failures() default 20;

    @AttributeDefinition(name = "duration", description = "How long a failed log-in counts")
    String login_window() default "15m";

    @AttributeDefinition(name = "duration", description = "How long a lock-out lasts")
    String login_lockout() default "5m";

    @AttributeDefinition(min = "1", description = "Log-ins of clients that were never seen to succeed which are tried at once")
    int login_at_once() default 16;

    @AttributeDefinition(min = "1", description = "The same for one client address")
    int login_at_once_address() default 4;

    @AttributeDefinition(name = "size", description = "A message up to this size stays in memory while it arrives")
    String spool_memory() default "1M";

    @AttributeDefinition(name = "size", description = "How much disk all messages together may take while they arrive")
    String spool_disk() default "4G";
}
