package org.posthouse.smtpdelivery;

import java.net.InetAddress;
import java.util.Optional;
import org.posthouse.message.Status;

/** This host could not be used; another may. */
final class NoSession extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String OURSELVES = "ourselves";

    private final transient Status status;
    private final String cause;
    private final transient Optional<InetAddress> from;

    private NoSession(Status status, String cause, Optional<InetAddress> from) {
        super(status.toString());
        this.status = status;
        this.cause = cause;
        this.from = from;
    }

    /**
     * @param cause what went wrong with TLS, as RFC 8460 §4.3 calls it
     * @param from  our own address
     */
    NoSession(Status status, String cause, InetAddress from) {
        this(status, cause, Optional.of(from));
    }

    NoSession(String code, String text) {
        this(new Status(code, text), "", Optional.empty());
    }

    /** It is this server that has answered. */
    static NoSession ourselves(Status status) {
        return new NoSession(status, OURSELVES, Optional.empty());
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

    /** Our own address, where TLS was what failed. */
    Optional<InetAddress> from() {
        return from;
    }
}
