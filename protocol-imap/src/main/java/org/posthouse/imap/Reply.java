package org.posthouse.imap;

/**
 * What ends a command (RFC 3501 §7.1).
 *
 * @param code the response code without its brackets; empty where there is none
 */
record Reply(Kind kind, String code, String text) {
    enum Kind { OK, NO, BAD }

    static Reply ok(String text) {
        return new Reply(Kind.OK, "", text);
    }

    static Reply ok(String code, String text) {
        return new Reply(Kind.OK, code, text);
    }

    static Reply no(String code, String text) {
        return new Reply(Kind.NO, code, text);
    }

    static Reply bad(String text) {
        return new Reply(Kind.BAD, "", text);
    }
}
