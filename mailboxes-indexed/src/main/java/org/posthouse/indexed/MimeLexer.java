package org.posthouse.indexed;

import java.nio.charset.StandardCharsets;

/** Cuts the body of a MIME field into words (RFC 2045 §5.1), passing over white space and comments. Never fails. */
final class MimeLexer {
    static final int LONGEST = 16 * 1024; // octets that are read of one field; real ones stay under 1,000

    private final byte[] in;
    private final int end;
    private int at;

    MimeLexer(byte[] header, int from, int to) {
        in = header;
        at = from;
        end = Math.min(to, from + LONGEST);
    }

    /** The octet that comes, 0 at the end. */
    int peek() {
        while (at < end && (ImapText.white(in[at]) || in[at] == '(')) {
            if (in[at] == '(') {
                comment();
            } else {
                at++;
            }
        }
        return at < end ? in[at] : 0;
    }

    private void comment() {
        int depth = 0;
        do {
            switch (in[at]) {
                case '(' -> depth++;
                case ')' -> depth--;
                case '\\' -> at++;
                default -> { }
            }
            at++;
        } while (at < end && depth > 0);
        at = Math.min(at, end);
    }

    boolean take(char octet) {
        boolean there = peek() == octet;
        at += there ? 1 : 0;
        return there;
    }

    /** Up to white space, a comment or one of these; may be empty. */
    String word(String stops) {
        peek();
        int from = at;
        while (at < end && !ImapText.white(in[at]) && in[at] != '(' && stops.indexOf(in[at]) < 0) {
            at++;
        }
        return new String(in, from, at - from, StandardCharsets.ISO_8859_1);
    }

    /** Passes over everything before the next of these, but not over one in quotes. */
    void passTo(char octet) {
        while (peek() != 0 && in[at] != octet) {
            if (in[at] == '"') {
                quoted(new ImapText(0));
            } else {
                at++;
            }
        }
    }

    /** All words and quoted strings up to a semicolon: mailers forget the quotes around words. */
    ImapText value() {
        var value = new ImapText(32);
        int before = at;
        while (peek() != 0 && in[at] != ';') {
            if (at > before && !value.isEmpty()) {
                value.octet(' ');
            }
            if (in[at] == '"') {
                quoted(value);
            } else {
                plain(value);
            }
            before = at;
        }
        return value;
    }

    private void plain(ImapText into) {
        int from = at;
        while (at < end && !ImapText.white(in[at]) && in[at] != ';' && in[at] != '"') { // file names have parentheses
            at++;
        }
        into.text(in, from, at);
    }

    private void quoted(ImapText into) {
        int from = ++at;
        while (at < end && in[at] != '"') {
            if (in[at] == '\\' && at + 1 < end) {
                into.text(in, from, at);
                from = ++at;
            }
            at++;
        }
        into.text(in, from, at);
        at = Math.min(at + 1, end);
    }
}
