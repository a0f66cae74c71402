package org.posthouse.pipeline;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The trace field that is put in front of every message we take (RFC 5321 §4.4). */
final class ReceivedLine {
    static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);
    private static final int LONGEST_NAME = 255;

    private ReceivedLine() {}

    /** Names the recipient only when there is just one: others must not learn who else got it (RFC 5321 §7.2). */
    static String of(Client client, Envelope envelope, String hostname, ZonedDateTime now) {
        return "Received: from " + name(client.hello()) + " (" + literal(client.peer().address()) + ")\r\n\t"
                + by(client, envelope, hostname, now);
    }

    /** For users who are not to tell the world where they are; RFC 5321 §4.4 would have the first clause too. */
    static String withoutOrigin(Client client, Envelope envelope, String hostname, ZonedDateTime now) {
        return "Received: " + by(client, envelope, hostname, now);
    }

    private static String by(Client client, Envelope envelope, String hostname, ZonedDateTime now) {
        var line = new StringBuilder("by ").append(hostname).append(" with ").append(protocol(client)).append(" id ").append(envelope.id());
        if (!client.cipher().isEmpty()) {
            line.append("\r\n\t(").append(atoms(client.cipher())).append(')');
        }
        if (envelope.to().size() == 1) {
            line.append("\r\n\tfor <").append(envelope.to().getFirst()).append('>');
        }
        return line.append(";\r\n\t").append(DATE.format(now)).append("\r\n").toString();
    }

    /** What the client said of itself cannot be trusted to be a name (RFC 5321 §4.1.3). */
    private static String name(String hello) {
        var name = new StringBuilder();
        hello.chars().limit(LONGEST_NAME).map(c -> isOfName(c) ? c : '?').forEach(c -> name.append((char) c));
        return name.isEmpty() ? "unknown" : name.toString();
    }

    private static boolean isOfName(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || ".-_[]:".indexOf(c) >= 0;
    }

    private static String literal(InetAddress address) {
        var text = address.getHostAddress();
        int zone = text.indexOf('%');
        return address instanceof Inet6Address ? "[IPv6:" + (zone < 0 ? text : text.substring(0, zone)) + "]" : "[" + text + "]";
    }

    private static String protocol(Client client) {
        return client.protocol().isEmpty() ? "SMTP" : atoms(client.protocol());
    }

    private static String atoms(String text) {
        return text.replaceAll("[^A-Za-z0-9._ -]", "?");
    }
}
