package org.posthouse.filedirectory;

/** A {@code {SCHEME}hash} that cannot be read: what would be right. */
final class BadVerifier extends Exception {
    private static final long serialVersionUID = 1L;

    BadVerifier(String mend) {
        super(mend, null, false, false);
    }
}
