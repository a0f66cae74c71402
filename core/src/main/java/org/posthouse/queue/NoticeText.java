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
import java.util.List;
import java.util.Locale;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.StoredContent;
import org.posthouse.queue.Aftermath.Ended;
import org.posthouse.queue.Queue.Item;

/**
 * A delivery status notification: words for a person, fields for programs (RFC 3464), and the message's header, or all of it
 * where the sender asked for that (RFC 3461 §4.3).
 *
 * @param until how long a delayed message is tried
 */
record NoticeText(What what, Item about, List<Ended> ended, Instant until) {
    enum What {
        FAILED('f', "failed", "Undelivered mail returned to its sender",
                "Your message could not be delivered to the recipients below. It is not tried again."),
        DELAYED('d', "delayed", "Delayed mail, which is still tried",
                "Your message has not been delivered to the recipients below yet. It is still tried; you need not send it again.");

        private final char letter;
        private final String action;
        private final String subject;
        private final String words;

        What(char letter, String action, String subject, String words) {
            this.letter = letter;
            this.action = action;
            this.subject = subject;
            this.words = words;
        }

        char letter() {
            return letter;
        }
    }

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);
    private static final int LARGEST_HEADER = 64 * 1024;

    /** @param returned valid as long as the result is used */
    Content message(String id, Address to, String hostname, Instant now, Content returned) throws IOException {
        boolean whole = what == What.FAILED && "FULL".equalsIgnoreCase(about.from().parameters().get("RET"));
        var boundary = "=_%08x.%x".formatted(id.hashCode(), now.toEpochMilli());
        var before = head(id, to, hostname, now, boundary) + status(hostname)
                + part(boundary, whole ? "message/rfc822" : "text/rfc822-headers", "Content-Transfer-Encoding: 8bit\r\n");
        return content(before, whole ? returned : header(returned), "\r\n--" + boundary + "--\r\n");
    }

    private String head(String id, Address to, String hostname, Instant now, String boundary) {
        var text = new StringBuilder("From: Mail Delivery System <MAILER-DAEMON@").append(hostname).append(">\r\nTo: <").append(to)
                .append(">\r\nSubject: ").append(what.subject).append("\r\nDate: ").append(date(now))
                .append("\r\nMessage-ID: <").append(id).append('@').append(hostname)
                .append(">\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n") // RFC 3834 §5
                .append("Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"").append(boundary)
                .append("\"\r\n\r\n").append(part(boundary, "text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit\r\n"))
                .append("This is the mail server ").append(hostname).append(".\r\n\r\n").append(what.words).append("\r\n\r\n");
        for (var end : ended) {
            text.append("  <").append(end.waiting().to()).append(">\r\n");
            end.waiting().last().ifPresent(last -> text.append("    ").append(last).append("\r\n"));
            if (end.expired()) {
                text.append("    It was tried from ").append(date(about.arrived())).append(" until now.\r\n");
            }
        }
        if (what == What.DELAYED) {
            text.append("\r\nIt is tried until ").append(date(until)).append(".\r\n");
        }
        return text.append("\r\n").append(part(boundary, "message/delivery-status", "")).toString();
    }

    private static String part(String boundary, String type, String fields) {
        return "--" + boundary + "\r\nContent-Type: " + type + "\r\n" + fields + "\r\n";
    }

    /** RFC 3464 §2.2 and §2.3. */
    private String status(String hostname) {
        var text = new StringBuilder("Reporting-MTA: dns; ").append(hostname).append("\r\n");
        var envelope = about.from().parameters().get("ENVID");
        if (envelope != null) {
            text.append("Original-Envelope-Id: ").append(Xtext.decoded(envelope)).append("\r\n");
        }
        text.append("Arrival-Date: ").append(date(about.arrived())).append("\r\n\r\n");
        for (var end : ended) {
            recipient(text, end);
        }
        return text.toString();
    }

    private void recipient(StringBuilder text, Ended end) {
        var to = end.waiting().to();
        var original = to.parameters().get("ORCPT");
        if (original != null && original.contains(";")) {
            text.append("Original-Recipient: ").append(original, 0, original.indexOf(';') + 1).append(' ')
                    .append(Xtext.decoded(original.substring(original.indexOf(';') + 1))).append("\r\n");
        }
        boolean international = to.address().isInternational(); // RFC 6533 §3
        text.append("Final-Recipient: ").append(international ? "utf-8; " + Xtext.of(to.address().toString())
                : "rfc822; " + to.address()).append("\r\nAction: ").append(what.action).append("\r\nStatus: ").append(code(end))
                .append("\r\n");
        end.waiting().last().ifPresent(last -> text.append("Diagnostic-Code: x-posthouse; ").append(last).append("\r\n"));
        if (what == What.DELAYED) {
            text.append("Will-Retry-Until: ").append(date(until)).append("\r\n");
        }
        text.append("\r\n");
    }

    private static String code(Ended end) {
        return end.expired() ? "4.4.7" : end.waiting().last().map(last -> last.code()).orElse("4.0.0"); // RFC 3463 §3.5
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
