package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.io.OutputStream;
import java.net.IDN;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Recoded;
import org.posthouse.message.Status;
import org.posthouse.net.Outgoing;
import org.posthouse.pipeline.DeliverBy;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Consignment;

/** A message as a server with certain abilities can be given it: the commands for it, or why it cannot be. */
final class Letter {
    private static final int PIECE = 64 * 1024;
    private static final String REQUIRETLS = "REQUIRETLS";
    private static final String DELIVERBY = "DELIVERBY";

    private final Sender from;
    private final Content content;
    private final Nature nature;
    private final boolean binary;
    private final Map<Recoded.Into, Optional<Recoded>> converted = new EnumMap<>(Recoded.Into.class); // once somebody asks

    private Letter(Sender from, Content content, Nature nature) {
        this.from = from;
        this.content = content;
        this.nature = nature;
        this.binary = from.parameters().getOrDefault("BODY", "").equalsIgnoreCase("BINARYMIME");
    }

    static Letter of(Consignment consignment) throws IOException {
        return new Letter(consignment.from(), consignment.content(), Nature.of(consignment.content()));
    }

    Content content() {
        return content;
    }

    /** RFC 3030 §3: perhaps not of lines. It goes by BDAT, or as something else. */
    boolean isBinary() {
        return binary;
    }

    /** Whether it can be counted instead of ended by a dot (RFC 3030). */
    boolean countable(Capabilities can) {
        return (binary || !nature.bare()) && !changes(can);
    }

    /** Whether it is sent otherwise than it is. */
    private boolean changes(Capabilities can) {
        return binary ? !can.has("BINARYMIME") || !can.has("CHUNKING") : nature.body() && !can.has("8BITMIME");
    }

    /** It, or what of it such a server takes. */
    void write(Capabilities can, OutputStream out) throws IOException {
        if (changes(can)) {
            converted(can).orElseThrow(() -> new IOException("the message cannot be converted")).write(out);
            return;
        }
        try (var in = content.open()) {
            byte[] buffer = new byte[PIECE];
            for (int n; (n = in.read(buffer)) > 0; ) {
                out.write(buffer, 0, n);
            }
        }
    }

    private Optional<Recoded> converted(Capabilities can) throws IOException {
        var into = can.has("8BITMIME") ? Recoded.Into.LINES : Recoded.Into.ASCII;
        if (!converted.containsKey(into)) {
            converted.put(into, Recoded.of(content, into));
        }
        return converted.get(into);
    }

    /** Whether its header is one of RFC 6532, and not merely wrong. */
    private boolean internationalHeader() {
        return nature.header() && from.parameters().containsKey("SMTPUTF8");
    }

    /** RFC 8689: only over TLS to who is proven, all the way. */
    boolean requiresTls() {
        return from.parameters().containsKey(REQUIRETLS);
    }

    /** RFC 8689 §5: rather without TLS than not at all. REQUIRETLS is stronger. */
    boolean waivesTls() {
        return !requiresTls() && content.headers().first("TLS-Required").filter(v -> v.strip().equalsIgnoreCase("No")).isPresent();
    }

    /** RFC 2852 §4.2: who wants it back when it is late wants it handed on only to those who know that; and how late it may be. */
    Optional<Status> late(Session session) {
        var by = DeliverBy.of(from).filter(b -> b.otherwise() == DeliverBy.Otherwise.RETURN);
        if (by.isEmpty()) {
            return Optional.empty();
        }
        if (!session.capabilities().has(DELIVERBY)) {
            return Optional.of(new Status("5.3.3", session.host() + " does not promise to deliver in time or not at all (DELIVERBY)"));
        }
        var left = by.get().left(Instant.now());
        return left.compareTo(Duration.ofSeconds(Math.max(1, session.capabilities().number(DELIVERBY)))) >= 0 ? Optional.empty()
                : Optional.of(new Status("5.4.7", "there is not enough time left for " + session.host() + " to deliver it"));
    }

    /** Why it can be given to nobody there. */
    Optional<Status> obstacle(Session session) throws IOException {
        var can = session.capabilities();
        var host = session.host().toString();
        boolean proven = session.wire().secured().filter(s -> s.proof() != Outgoing.Proof.NONE).isPresent();
        if (requiresTls() && (!proven || !can.has(REQUIRETLS))) {
            return Optional.of(new Status("5.7.30", host + " does not promise what the sender asked for (REQUIRETLS)")); // RFC 8689 §5
        }
        if (can.largest() > 0 && content.size() > can.largest()) { // RFC 1870 §6.1
            return Optional.of(new Status("5.3.4", host + " takes messages of at most " + can.largest() + " octets; this one has " + content.size()));
        }
        if (changes(can) && converted(can).isEmpty()) { // RFC 6152 §3, RFC 3030 §3: to convert it, or to send it back
            return Optional.of(binary ? new Status("5.6.1", host + " does not take binary messages (BINARYMIME), and this one cannot be converted")
                    : new Status("5.6.3", host + " does not take messages with 8-bit text (8BITMIME), and this one cannot be converted"));
        }
        if (!can.has("SMTPUTF8") && internationalHeader()) {
            return Optional.of(new Status("5.6.9", host + " does not take messages with an international header (SMTPUTF8)"));
        }
        return written(from.address(), can).isPresent() ? Optional.empty()
                : Optional.of(new Status("5.6.7", host + " does not take international addresses (SMTPUTF8) like the sender's"));
    }

    /** Why it cannot be given to this recipient there. */
    Optional<Status> obstacle(String host, Capabilities can, Recipient to) {
        return written(to.address(), can).isPresent() ? Optional.empty()
                : Optional.of(new Status("5.6.7", host + " does not take international addresses (SMTPUTF8)"));
    }

    /** RFC 6531 §3.2: for those who do not know them only a domain can be written otherwise (RFC 5890 §2.3.2.1). */
    private static Optional<String> written(Address address, Capabilities can) {
        if (!address.isInternational() || can.has("SMTPUTF8")) {
            return Optional.of(address.toString());
        }
        try {
            var ascii = new Address(address.local(), IDN.toASCII(address.domain(), IDN.ALLOW_UNASSIGNED));
            return ascii.isInternational() ? Optional.empty() : Optional.of(ascii.toString());
        } catch (IllegalArgumentException notADomain) {
            return Optional.empty();
        }
    }

    /** RFC 5321 §4.1.1.2, with what the server said it knows; never more. */
    String mail(Capabilities can, Iterable<Recipient> to) {
        var line = new StringBuilder("MAIL FROM:<").append(written(from.address(), can).orElseThrow()).append('>');
        if (can.has("SIZE") && !changes(can)) {
            line.append(" SIZE=").append(content.size());
        }
        if (binary && !changes(can)) {
            line.append(" BODY=BINARYMIME");
        } else if (can.has("8BITMIME") && (nature.body() || nature.header())) {
            line.append(" BODY=8BITMIME");
        }
        boolean international = from.address().isInternational() || internationalHeader();
        for (var recipient : to) {
            international |= recipient.address().isInternational();
        }
        if (can.has("SMTPUTF8") && international) {
            line.append(" SMTPUTF8");
        }
        if (requiresTls()) {
            line.append(" REQUIRETLS");
        }
        if (can.has(DELIVERBY)) {
            DeliverBy.of(from).ifPresent(by -> line.append(" BY=").append(by.said(Instant.now())));
        }
        if (can.has("DSN")) { // RFC 3461 §4
            append(line, from.parameters(), "RET");
            append(line, from.parameters(), "ENVID");
        }
        return line.toString();
    }

    String rcpt(Capabilities can, Recipient to) {
        var line = new StringBuilder("RCPT TO:<").append(written(to.address(), can).orElseThrow()).append('>');
        if (can.has("DSN")) {
            append(line, to.parameters(), "NOTIFY");
            append(line, to.parameters(), "ORCPT");
        }
        return line.toString();
    }

    private static void append(StringBuilder line, Map<String, String> parameters, String name) {
        var value = parameters.get(name);
        if (value != null && value.chars().allMatch(c -> c > ' ' && c <= '~')) {
            line.append(' ').append(name).append('=').append(value);
        }
    }
}
