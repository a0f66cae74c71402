package org.posthouse.smtpdelivery;

import java.io.IOException;

/** The other side does not speak the protocol. */
final class Garbage extends IOException {
    private static final long serialVersionUID = 1L;

    Garbage(String what) {
        super(what);
    }
}
