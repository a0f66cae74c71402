package org.posthouse.kernel;

/** A jar that cannot run, or a bundle that did not come up; the message says why and what would mend it. */
final class BadJar extends Exception {
    private static final long serialVersionUID = 1L;

    BadJar(String why) {
        super(why);
    }

    BadJar(String why, Throwable cause) {
        super(why, cause);
    }
}
