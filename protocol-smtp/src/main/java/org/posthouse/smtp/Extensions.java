package org.posthouse.smtp;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.posthouse.net.Connection;
import org.posthouse.net.Listener;
import org.posthouse.pipeline.Client;

/** What EHLO or LHLO announces at this point of the session (RFC 5321 §4.1.1.1), and what a MAIL may make of it. */
record Extensions(Connection connection, Client client, Dialect dialect, SmtpSettings settings,
        SmtpProtocol.Services services) {
    static final Reply NOT_INTERNATIONAL = Reply.of(553, "5.6.7", "An address like this needs SMTPUTF8"); // RFC 6531 §3.5

    private static final Reply FIRST_TLS = Reply.of(530, "5.7.0", "Say STARTTLS first"); // RFC 3207 §4
    private static final Reply FIRST_AUTH = Reply.of(530, "5.7.0", "Authentication required"); // RFC 4954 §6
    private static final Reply TOO_BIG = Reply.of(552, "5.3.4", "Message too big"); // RFC 1870 §6.1
    static final Reply NOT_OFFERED = Reply.of(555, "5.5.4", "Parameter of an extension that was not offered"); // RFC 5321 §4.1.1.11

    /** RFC 3207 §4.2: not once TLS is on. */
    boolean startTls() {
        return listener().tls() == Listener.Tls.STARTTLS && !connection.secure();
    }

    /** RFC 4954 §4, RFC 8314 §3.3: for submission, and only within TLS; and not for who is spoken for, whose address accounts cannot see. */
    boolean auth() {
        return submission() && connection.secure() && client.peer().equals(connection.peer());
    }

    /** Whether the client may say whom it speaks for. */
    boolean introductions() {
        return settings.xclientFrom().stream().anyMatch(n -> n.contains(connection.peer().address()));
    }

    private boolean authenticated() {
        return client.account().isPresent();
    }

    /** RFC 4865: for submission only. */
    private boolean futureRelease() {
        return submission() && settings.futureRelease().isPositive();
    }

    private boolean submission() {
        return listener().role() == Listener.Role.SUBMISSION;
    }

    private Listener listener() {
        return connection.peer().listener();
    }

    List<String> announced(String host) {
        var lines = new ArrayList<>(List.of(host, "PIPELINING", "SIZE " + settings.maxSizeOctets(), "8BITMIME", "SMTPUTF8",
                "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME", "DSN", limits()));
        if (dialect == Dialect.SMTP) {
            lines.add("PRDR");
        }
        if (connection.secure()) {
            lines.add("REQUIRETLS"); // RFC 8689 §2: only where TLS is on
        }
        if (submission()) {
            lines.add("MT-PRIORITY");
            lines.add("DELIVERBY");
        }
        if (futureRelease()) {
            lines.add("FUTURERELEASE " + settings.futureRelease().toSeconds() + " " + latestRelease());
        }
        if (introductions()) {
            lines.addAll(Introduction.announced());
        }
        if (startTls()) {
            lines.add("STARTTLS");
        }
        var mechanisms = auth() ? services.accounts().mechanisms(connection) : List.<String>of();
        if (!mechanisms.isEmpty()) {
            lines.add("AUTH " + String.join(" ", mechanisms));
        }
        lines.add("HELP");
        return lines;
    }

    /** RFC 9422 §4. */
    private String limits() {
        var limits = settings.limits();
        return "LIMITS RCPTMAX=" + limits.recipients() + (limits.messages() > 0 ? " MAILMAX=" + limits.messages() : "");
    }

    private Instant latestRelease() {
        return services.clock().instant().plus(settings.futureRelease()).truncatedTo(ChronoUnit.SECONDS);
    }

    /** Why this MAIL is refused before anybody is asked. */
    Optional<Reply> objection(Hello hello, Command.Mail mail) {
        var parameters = mail.sender().parameters().keySet();
        if (submission() && !connection.secure()) {
            return Optional.of(FIRST_TLS);
        }
        if (submission() && !authenticated()) {
            return Optional.of(FIRST_AUTH);
        }
        if (hello == Hello.HELO && !parameters.isEmpty() || !auth() && parameters.contains("AUTH")
                || !connection.secure() && parameters.contains("REQUIRETLS") || dialect == Dialect.LMTP && parameters.contains("PRDR")
                || !submission() && (parameters.contains("MT-PRIORITY") || parameters.contains("BY")) // RFC 6710 §4.1: of users, who are known
                || !futureRelease() && (parameters.contains("HOLDFOR") || parameters.contains("HOLDUNTIL"))) {
            return Optional.of(NOT_OFFERED);
        }
        if (tooLate(mail)) {
            return Optional.of(Reply.of(501, "5.5.4", "Not held for so long; see FUTURERELEASE")); // RFC 4865 §4.3
        }
        if (mail.sizeOctets() > settings.maxSizeOctets()) {
            return Optional.of(TOO_BIG);
        }
        return mail.sender().address().isInternational() && !mail.international() ? Optional.of(NOT_INTERNATIONAL) : Optional.empty();
    }

    private boolean tooLate(Command.Mail mail) {
        var parameters = mail.sender().parameters();
        return Long.parseLong(parameters.getOrDefault("HOLDFOR", "0")) > settings.futureRelease().toSeconds()
                || Parameters.instant(parameters.getOrDefault("HOLDUNTIL", "")).filter(latestRelease()::isBefore).isPresent();
    }

    /** RFC 3848 §1, RFC 6531 §4.3: S with TLS, A after authentication. */
    String protocolName(Hello hello, Command.Mail mail) {
        var name = switch (hello) {
            case HELO -> "SMTP";
            case EHLO -> mail.international() ? "UTF8SMTP" : "ESMTP";
            case LHLO -> mail.international() ? "UTF8LMTP" : "LMTP";
        };
        return hello == Hello.HELO ? name : name + (connection.secure() ? "S" : "") + (authenticated() ? "A" : "");
    }
}
