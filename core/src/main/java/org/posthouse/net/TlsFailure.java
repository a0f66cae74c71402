package org.posthouse.net;

import java.io.IOException;

/** No TLS, or not with whom it was to be. */
public final class TlsFailure extends IOException {
    private static final long serialVersionUID = 1L;

    /** As RFC 8460 §4.3 tells them apart. */
    public enum Why { HANDSHAKE, EXPIRED, NOT_TRUSTED, OTHER_NAME, NO_MATCH }

    private final Why why;

    public TlsFailure(Why why, String what, Throwable cause) {
        super(what, cause);
        this.why = why;
    }

    public TlsFailure(Why why, String what) {
        this(why, what, null);
    }

    public Why why() {
        return why;
    }
}
