package org.posthouse.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of every {@code [listener NAME]}. */
@ObjectClassDefinition(name = "listener", description = "An address and port that takes connections")
@interface ListenerKeys {
    @AttributeDefinition(description = "The address to listen on; empty: all")
    String address() default "";

    @AttributeDefinition(min = "0", max = "65535", description = "The port; 0 takes any free one")
    int port();

    @AttributeDefinition(description = "The protocol it speaks: smtp, lmtp, pop3, imap")
    String protocol();

    @AttributeDefinition(description = "mx takes mail for our domains; submission takes mail of our users",
            options = {@Option(label = "mx", value = "mx"), @Option(label = "submission", value = "submission")})
    String role() default "mx";

    @AttributeDefinition(description = "none, starttls, or implicit from the first octet", options = {
        @Option(label = "none", value = "none"), @Option(label = "starttls", value = "starttls"),
        @Option(label = "implicit", value = "implicit")})
    String tls() default "starttls";

    @AttributeDefinition(name = "network", description = "Networks whose clients may send to anywhere without authentication")
    String[] relay_from() default {};

    @AttributeDefinition(name = "network", description = "Proxies that begin each connection with the PROXY protocol")
    String[] proxy_from() default {};

    @AttributeDefinition(min = "1", description = "Connections at a time")
    int max_connections() default 1000;

    @AttributeDefinition(min = "1", description = "Connections at a time from one address")
    int max_connections_per_address() default 50;

    @AttributeDefinition(min = "0", description = "New connections a minute from one address; 0: no limit")
    int connection_rate() default 300;

    @AttributeDefinition(name = "duration", min = "1s", description = "How long a client may leave our output unread")
    String write_timeout() default "60s";

    @AttributeDefinition(name = "duration", min = "1s", description = "How long a TLS handshake may take")
    String tls_timeout() default "30s";
}
