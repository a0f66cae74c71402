package org.posthouse.launch;

/** A command line that says what cannot be done; the message has the mend. */
final class BadUse extends Exception {
    private static final long serialVersionUID = 1L;

    BadUse(String message) {
        super(message);
    }
}
