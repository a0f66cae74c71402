package org.posthouse.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.posthouse.auth.Accounts;
import org.posthouse.net.Connection;
import org.posthouse.net.Listener;

/** What EHLO announces at this point of the session (RFC 5321 §4.1.1.1), and what a MAIL may make of it. */
record Extensions(Connection connection, boolean authenticated, SmtpSettings settings, Accounts accounts) {
    static final Reply NOT_INTERNATIONAL = Reply.of(553, "5.6.7", "An address like this needs SMTPUTF8"); // RFC 6531 §3.5

    private static final Reply FIRST_TLS = Reply.of(530, "5.7.0", "Say STARTTLS first"); // RFC 3207 §4
    private static final Reply FIRST_AUTH = Reply.of(530, "5.7.0", "Authentication required"); // RFC 4954 §6
    private static final Reply TOO_BIG = Reply.of(552, "5.3.4", "Message too big"); // RFC 1870 §6.1
    private static final Reply NOT_OFFERED = Reply.of(555, "5.5.4", "Parameter of an extension that was not offered"); // RFC 5321 §4.1.1.11

    /** RFC 3207 §4.2: not once TLS is on. */
    boolean startTls() {
        return listener().tls() == Listener.Tls.STARTTLS && !connection.secure();
    }

    /** RFC 4954 §4, RFC 8314 §3.3: for submission, and only within TLS. */
    boolean auth() {
        return submission() && connection.secure();
    }

    private boolean submission() {
        return listener().role() == Listener.Role.SUBMISSION;
    }

    private Listener listener() {
        return connection.peer().listener();
    }

    List<String> announced(String host) {
        var lines = new ArrayList<>(List.of(host, "PIPELINING", "SIZE " + settings.maxSizeOctets(), "8BITMIME", "SMTPUTF8",
                "ENHANCEDSTATUSCODES", "CHUNKING"));
        if (startTls()) {
            lines.add("STARTTLS");
        }
        var mechanisms = auth() ? accounts.mechanisms(connection) : List.<String>of();
        if (!mechanisms.isEmpty()) {
            lines.add("AUTH " + String.join(" ", mechanisms));
        }
        lines.add("HELP");
        return lines;
    }

    /** Why this MAIL is refused before anybody is asked. */
    Optional<Reply> objection(SmtpSession.Hello hello, Command.Mail mail) {
        var parameters = mail.sender().parameters().keySet();
        if (submission() && !connection.secure()) {
            return Optional.of(FIRST_TLS);
        }
        if (submission() && !authenticated) {
            return Optional.of(FIRST_AUTH);
        }
        if (hello == SmtpSession.Hello.HELO && !parameters.isEmpty() || !auth() && parameters.contains("AUTH")) {
            return Optional.of(NOT_OFFERED);
        }
        if (mail.sizeOctets() > settings.maxSizeOctets()) {
            return Optional.of(TOO_BIG);
        }
        return mail.sender().address().isInternational() && !mail.international() ? Optional.of(NOT_INTERNATIONAL) : Optional.empty();
    }

    /** RFC 3848 §1, RFC 6531 §4.3: S with TLS, A after authentication. */
    String protocolName(SmtpSession.Hello hello, Command.Mail mail) {
        if (hello == SmtpSession.Hello.HELO) {
            return "SMTP";
        }
        return (mail.international() ? "UTF8SMTP" : "ESMTP") + (connection.secure() ? "S" : "") + (authenticated ? "A" : "");
    }
}
