package org.posthouse.it;

/** Parts of a configuration that several tests want, beside the listeners {@code mx} and {@code pop3} of {@link StraightPathIT#CONF}. */
final class Sections {
    /** For users who send: with STARTTLS, and with TLS from the first octet. */
    static final String SUBMISSION = """

            [listener submission]
            address  = 127.0.0.1
            protocol = smtp
            role     = submission
            port     = 0
            tls      = starttls

            [listener submissions]
            address  = 127.0.0.1
            protocol = smtp
            role     = submission
            port     = 0
            tls      = implicit
            """;

    /** For users who read: with STLS, and with TLS from the first octet. */
    static final String POP3_TLS = """

            [listener pop3tls]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = starttls

            [listener pop3s]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = implicit
            """;

    /** For other mail programs of this machine, without and with TLS. */
    static final String LMTP = """

            [listener lmtp]
            address  = 127.0.0.1
            protocol = lmtp
            port     = 0
            tls      = none

            [listener lmtptls]
            address  = 127.0.0.1
            protocol = lmtp
            port     = 0
            tls      = starttls
            """;

    private Sections() {}

    static String store(String name) {
        return "store = " + name + "\n";
    }
}
