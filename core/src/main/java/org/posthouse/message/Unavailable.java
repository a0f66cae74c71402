package org.posthouse.message;

import java.io.IOException;

/** Nothing happened and it may work later: a bundle is away, a lock was held too long, a disk is full. */
public final class Unavailable extends IOException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String what) {
        super(what);
    }

    public Unavailable(String what, Throwable cause) {
        super(what, cause);
    }
}
