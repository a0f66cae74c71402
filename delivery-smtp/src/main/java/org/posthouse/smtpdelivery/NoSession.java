package org.posthouse.smtpdelivery;

import java.util.Optional;
import org.posthouse.message.Status;

/** This host could not be used; another may. */
final class NoSession extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String OURSELVES = "ourselves";

    private final transient Status status;
    private final String cause;

    /** @param cause what went wrong with TLS, as RFC 8460 §4.3 calls it */
    NoSession(Status status, String cause) {
        super(status.toString());
        this.status = status;
        this.cause = cause;
    }

    NoSession(String code, String text) {
        this(new Status(code, text), "");
    }

    /** It is this server that has answered. */
    static NoSession ourselves(Status status) {
        return new NoSession(status, OURSELVES);
    }

    Status status() {
        return status;
    }

    boolean isOurselves() {
        return cause.equals(OURSELVES);
    }

    /** Empty when TLS had nothing to do with it. */
    Optional<String> tls() {
        return Optional.of(cause).filter(c -> !c.isEmpty() && !isOurselves());
    }
}
