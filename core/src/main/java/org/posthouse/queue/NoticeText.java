package org.posthouse.queue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.StoredContent;
import org.posthouse.pipeline.DsnRequest;
import org.posthouse.pipeline.DsnReturn;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Aftermath.Ended;
import org.posthouse.queue.Aftermath.How;
import org.posthouse.queue.Queue.Item;

/**
 * A delivery status notification: words for a person, fields for programs (RFC 3464), and the message's header, or all of it
 * where the sender asked for that (RFC 3461 §4.3).
 *
 * @param until how long a delayed message is tried
 */
record NoticeText(What what, Item about, List<Ended> ended, Instant until) {
    enum What {
        FAILED('f', "Undelivered mail returned to its sender",
                "Your message could not be delivered to the recipients below. It is not tried again."),
        DELAYED('d', "Delayed mail, which is still tried",
                "Your message has not been delivered to the recipients below yet. It is still tried; you need not send it again."),
        ARRIVED('s', "Mail that has arrived", "You asked to be told what became of your message.");

        private final char letter;
        private final String subject;
        private final String words;

        What(char letter, String subject, String words) {
            this.letter = letter;
            this.subject = subject;
            this.words = words;
        }

        char letter() {
            return letter;
        }
    }

    private static final String INTERNATIONAL = "SMTPUTF8";
    private static final String PROTECTED = "REQUIRETLS";
    private static final String EIGHT_BIT = "Content-Transfer-Encoding: 8bit\r\n";
    private static final int BLOCK_OCTETS = 65_536;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);
    private static final int LARGEST_HEADER = 64 * 1024;
    private static final int LONGEST_REPLY = 900; // RFC 5322 §2.1.1: a line has at most 998 characters

    /** RFC 6533 §3: about a message that needed SMTPUTF8, or to a sender who does, there is a notice that needs it. */
    private boolean international() {
        return about.from().parameters().containsKey(INTERNATIONAL) || about.from().address().isInternational();
    }

    /** Nobody, so that no notice is answered by one. Of mail that needs TLS the notice needs it too (RFC 8689 §5). */
    Sender sender() {
        var needs = new HashMap<String, String>();
        if (international()) {
            needs.put(INTERNATIONAL, "");
        }
        if (about.from().parameters().containsKey(PROTECTED)) {
            needs.put(PROTECTED, "");
        }
        return new Sender(Address.NULL, needs);
    }

    /** @param returned valid as long as the result is used */
    Content message(String id, Address to, String hostname, Instant now, Content returned) throws IOException {
        boolean binary = "BINARYMIME".equalsIgnoreCase(about.from().parameters().getOrDefault("BODY", "")); // RFC 3030 §3: more than a notice may be
        boolean whole = !binary && what == What.FAILED && DsnReturn.of(about.from()).what().filter(DsnReturn.What.FULL::equals).isPresent();
        var back = whole ? returned : header(returned);
        var encoding = encoding(isEightBit(back));
        var boundary = "=_%08x.%x".formatted(id.hashCode(), now.toEpochMilli());
        var type = international() ? whole ? "message/global" : "message/global-headers" : whole ? "message/rfc822" : "text/rfc822-headers";
        var before = words(boundary, hostname) + status(boundary, hostname) + part(boundary, type, encoding);
        boolean eightBit = encoding.equals(EIGHT_BIT) || !isAscii(before);
        return content(head(id, to, hostname, now, boundary, encoding(eightBit)) + before, back, "\r\n--" + boundary + "--\r\n");
    }

    /** RFC 2045 §6.1, §6.4: what says nothing is 7bit, and a multipart has what the widest of its parts has. */
    private static String encoding(boolean eightBit) {
        return eightBit ? EIGHT_BIT : "";
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static boolean isEightBit(Content content) throws IOException {
        var block = new byte[BLOCK_OCTETS];
        try (var in = content.open()) {
            for (int count = in.read(block); count > 0; count = in.read(block)) {
                for (int i = 0; i < count; i++) {
                    if (block[i] < 0) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private String head(String id, Address to, String hostname, Instant now, String boundary, String encoding) {
        return "From: Mail Delivery System <MAILER-DAEMON@" + hostname + ">\r\nTo: <" + to + ">\r\nSubject: " + what.subject + "\r\nDate: "
                + date(now) + "\r\nMessage-ID: <" + id + '@' + hostname + ">\r\nAuto-Submitted: auto-replied\r\n" // RFC 3834 §5
                + "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" + boundary + "\"\r\n"
                + encoding + "\r\n";
    }

    private String words(String boundary, String hostname) {
        var text = new StringBuilder("This is the mail server ").append(hostname).append(".\r\n\r\n").append(what.words).append("\r\n\r\n");
        for (var end : ended) {
            text.append("  <").append(end.waiting().to()).append('>').append(words(end)).append("\r\n");
            end.waiting().last().filter(_ -> what != What.ARRIVED).ifPresent(last -> text.append("    ").append(last).append("\r\n"));
            end.said().ifPresent(said -> text.append("    ").append(line(said.host())).append(" said: ").append(line(said.reply())).append("\r\n"));
            if (end.how() == How.EXPIRED) {
                text.append("    It was tried from ").append(date(about.arrived())).append(" until now.\r\n");
            }
        }
        if (what == What.DELAYED) {
            text.append("\r\nIt is tried until ").append(date(until)).append(".\r\n");
        }
        text.append("\r\n");
        return part(boundary, "text/plain; charset=utf-8", encoding(!isAscii(text.toString()))) + text;
    }

    private static String words(Ended end) {
        return switch (end.how()) {
            case DELIVERED -> " has it in the mailbox.";
            case RELAYED -> " is served by another host, which has taken it and tells nothing more.";
            case EXPANDED -> " stands for several, to whom it was sent on.";
            case FAILED, EXPIRED, WAITS -> "";
        };
    }

    /** What others say must not become lines of ours. */
    private static String line(String text) {
        var clean = text.codePoints().map(c -> c < ' ' || c == 0x7f ? ' ' : c).limit(LONGEST_REPLY)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        return clean.toString().strip();
    }

    private static String part(String boundary, String type, String fields) {
        return "--" + boundary + "\r\nContent-Type: " + type + "\r\n" + fields + "\r\n";
    }

    /** In the form that must be ASCII, what others say is made so (RFC 3464 §2.1.1). */
    private String status(String boundary, String hostname) {
        var fields = fields(hostname);
        return international() ? part(boundary, "message/global-delivery-status", encoding(!isAscii(fields))) + fields
                : part(boundary, "message/delivery-status", "") + fields.replaceAll("[^\\x00-\\x7f]", "?");
    }

    /** RFC 3464 §2.2 and §2.3. */
    private String fields(String hostname) {
        var text = new StringBuilder("Reporting-MTA: dns; ").append(hostname).append("\r\n");
        DsnReturn.of(about.from()).envelopeId()
                .ifPresent(id -> text.append("Original-Envelope-Id: ").append(Xtext.decoded(id)).append("\r\n"));
        text.append("Arrival-Date: ").append(date(about.arrived())).append("\r\n\r\n");
        for (var end : ended) {
            recipient(text, end);
        }
        return text.toString();
    }

    private void recipient(StringBuilder text, Ended end) {
        var to = end.waiting().to();
        DsnRequest.of(to).original().ifPresent(original -> text.append("Original-Recipient: ").append(original(original)).append("\r\n"));
        text.append("Final-Recipient: ").append(address(to.address())).append("\r\nAction: ").append(end.how().action())
                .append("\r\nStatus: ").append(code(end)).append("\r\n");
        if (end.said().isPresent()) { // RFC 3464 §2.3.5, §2.3.6
            text.append("Remote-MTA: dns; ").append(line(end.said().get().host())).append("\r\n");
        }
        end.said().map(said -> "smtp; " + line(said.reply())).filter(said -> said.length() > "smtp; ".length())
                .or(() -> end.waiting().last().filter(_ -> what != What.ARRIVED).map(last -> "x-posthouse; " + last))
                .ifPresent(said -> text.append("Diagnostic-Code: ").append(said).append("\r\n"));
        if (what == What.DELAYED) {
            text.append("Will-Retry-Until: ").append(date(until)).append("\r\n");
        }
        text.append("\r\n");
    }

    /** RFC 6533 §3: as it is where notices may have UTF-8, and otherwise in ASCII. */
    private String address(Address address) {
        if (!address.isInternational()) {
            return "rfc822; " + address;
        }
        return "utf-8; " + (international() ? address.toString() : Xtext.of(address.toString()));
    }

    /** RFC 3464 §2.3.1: as it was before it became xtext; what is beyond ASCII stays written in ASCII unless notices may have UTF-8. */
    private String original(String orcpt) {
        int semicolon = orcpt.indexOf(';');
        var type = orcpt.substring(0, semicolon);
        var address = orcpt.substring(semicolon + 1);
        return type + "; " + (type.equalsIgnoreCase("utf-8") && international() ? Xtext.international(address) : Xtext.decoded(address));
    }

    private static String code(Ended end) {
        boolean own = end.how() == How.FAILED || end.how() == How.WAITS;
        return own ? end.waiting().last().map(last -> last.code()).orElse(end.how().code()) : end.how().code(); // RFC 3463 §3.5
    }

    private static String date(Instant at) {
        return DATE.format(at.atZone(ZoneId.systemDefault()));
    }

    /** The header alone, in whole lines. */
    private static Content header(Content message) throws IOException {
        byte[] first;
        try (var in = message.open()) {
            first = in.readNBytes(LARGEST_HEADER);
        }
        var text = new String(first, StandardCharsets.ISO_8859_1);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        int length = end >= 2 || text.startsWith("\r\n") ? end : Math.max(text.lastIndexOf("\r\n") + 2, 0);
        return new StoredContent(StoredContent.inMemory(first, Math.min(length, first.length)));
    }

    private static Content content(String before, Content middle, String after) {
        var first = before.getBytes(StandardCharsets.UTF_8);
        var last = after.getBytes(StandardCharsets.UTF_8);
        return new StoredContent(new StoredContent.Octets() {
            @Override public long size() {
                return first.length + middle.size() + last.length;
            }

            @Override public InputStream open() throws IOException {
                return new SequenceInputStream(Collections.enumeration(
                        List.of(new ByteArrayInputStream(first), middle.open(), new ByteArrayInputStream(last))));
            }
        });
    }
}
