package org.posthouse.smtp;

import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/** One command line as the parser understood it (RFC 5321 §4.1.1 and the extensions we offer). */
sealed interface Command {
    record Helo(String name) implements Command {}

    record Ehlo(String name) implements Command {}

    /** RFC 2033 §4.1. */
    record Lhlo(String name) implements Command {}

    /** {@code sizeOctets} is 0 when the client did not declare it (RFC 1870). */
    record Mail(Sender sender, long sizeOctets) implements Command {
        boolean international() {
            return sender.parameters().containsKey("SMTPUTF8");
        }

        /** RFC 3030 §3: what is not of lines comes in chunks. */
        boolean binary() {
            return sender.parameters().getOrDefault("BODY", "").equalsIgnoreCase("BINARYMIME");
        }

        /** PRDR: a reply for each recipient after the message. */
        boolean wantsEach() {
            return sender.parameters().containsKey("PRDR");
        }
    }

    record Rcpt(Recipient recipient) implements Command {
        Address address() {
            return recipient.address();
        }
    }

    record Data() implements Command {}

    /** RFC 3030: so many octets follow this line. */
    record Bdat(long octets, boolean last) implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy(String whom) implements Command {}

    record Expn(String whom) implements Command {}

    /** Whom the client speaks for; names in upper case, values decoded. */
    record Xclient(Map<String, String> attributes) implements Command {}

    /** Where the client had the message from; names in upper case, values decoded. */
    record Xforward(Map<String, String> attributes) implements Command {}

    record Help() implements Command {}

    record StartTls() implements Command {}

    /** RFC 4954; the initial response is still in base64. */
    record Auth(String mechanism, Optional<String> initial) implements Command {}

    record Quit() implements Command {}

    /** Not a command we can obey; the reply says why. */
    record Malformed(Reply reply) implements Command {}
}
