package org.posthouse.imap;

/** What a client has switched on for the rest of its session (RFC 5161, RFC 7162 §3.1). Belongs to the session's thread. */
final class Enabled {
    private boolean condstore;
    private boolean qresync;

    boolean condstore() {
        return condstore;
    }

    boolean qresync() {
        return qresync;
    }

    void enableCondstore() {
        condstore = true;
    }

    /** RFC 7162 §3.2.3: it means the other too. */
    void enableQresync() {
        condstore = true;
        qresync = true;
    }
}
