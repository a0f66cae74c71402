package org.posthouse.diskqueue;

import java.io.IOException;

/** A queue file is not whole, or not one. */
final class Torn extends IOException {
    private static final long serialVersionUID = 1L;

    Torn(String what) {
        super(what);
    }
}
