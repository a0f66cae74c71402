package org.posthouse.smtp;

import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.auth.Sasl;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;

/** Carries one SASL exchange over SMTP (RFC 4954 §4): base64 both ways, 334 before each challenge. */
final class Authentication {
    private static final Reply DONE = Reply.of(235, "2.7.0", "Welcome");
    private static final Reply NO_MECHANISM = Reply.of(504, "5.5.4", "This mechanism is not offered");
    private static final Reply TOO_LONG = Reply.of(500, "5.5.6", "Authentication exchange line is too long");
    private static final Reply NOT_BASE64 = Reply.of(501, "5.5.2", "This is not base64");
    private static final Reply CANCELLED = Reply.of(501, "5.7.0", "Authentication cancelled");
    private static final Reply AWAY = Reply.of(454, "4.7.0", "Temporary authentication failure");

    private final Connection connection;
    private final Accounts accounts;
    private Optional<AccountId> account = Optional.empty();

    Authentication(Connection connection, Accounts accounts) {
        this.connection = connection;
        this.accounts = accounts;
    }

    /** Who it is, after a reply of 235. */
    Optional<AccountId> account() {
        return account;
    }

    Reply exchange(Command.Auth auth) throws IOException {
        var sasl = accounts.sasl(auth.mechanism(), connection);
        if (sasl.isEmpty()) {
            return NO_MECHANISM;
        }
        return auth.initial().isPresent() ? answered(sasl.get(), initial(auth.initial().get())) : step(sasl.get(), sasl.get().begin());
    }

    private static String initial(String response) {
        return response.equals("=") ? "" : response; // RFC 4954 §4: an empty initial response
    }

    private Reply step(Sasl sasl, Sasl.Step step) throws IOException {
        return switch (step) {
            case Sasl.Step.Done(var id) -> {
                account = Optional.of(id);
                yield DONE;
            }
            case Sasl.Step.Challenge(var octets) -> challenged(sasl, octets);
        };
    }

    private Reply challenged(Sasl sasl, byte[] challenge) throws IOException {
        connection.write("334 " + Base64.getEncoder().encodeToString(challenge) + "\r\n");
        var line = connection.readLine(CommandParser.LONGEST_AUTH_LINE);
        return switch (line.ending()) {
            case TOO_LONG -> TOO_LONG;
            case END -> CANCELLED.andEnd();
            case LF -> NOT_BASE64;
            case CRLF -> line.latin1().equals("*") ? CANCELLED : answered(sasl, line.latin1());
        };
    }

    private Reply answered(Sasl sasl, String base64) throws IOException {
        byte[] answer;
        try {
            answer = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return NOT_BASE64;
        }
        Sasl.Step next;
        try {
            next = sasl.respond(answer);
        } catch (Refusal refusal) {
            return refused(refusal);
        } catch (IOException e) {
            return AWAY;
        }
        return step(sasl, next);
    }

    private static Reply refused(Refusal refusal) {
        var status = refusal.status();
        return status.temporary() ? Reply.of(454, status.code(), status.text()) : Reply.of(status);
    }
}
