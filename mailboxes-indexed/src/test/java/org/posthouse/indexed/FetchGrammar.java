package org.posthouse.indexed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The formal syntax of RFC 3501 §9 for envelope and body, taken at its word: what is not derived from it is an AssertionError. As
 * server, we always send all extension data of BODYSTRUCTURE and none in BODY, which is checked too.
 */
final class FetchGrammar {
    private enum Extension { NONE, ALL }

    private final byte[] in;
    private final Extension extension;
    private int at;

    private FetchGrammar(ByteBuffer octets, Extension extension) {
        in = new byte[octets.remaining()];
        octets.duplicate().get(in);
        this.extension = extension;
    }

    static void checkEnvelope(ByteBuffer octets) {
        var grammar = new FetchGrammar(octets, Extension.NONE);
        grammar.envelope();
        grammar.end();
    }

    static void checkBody(ByteBuffer octets) {
        var grammar = new FetchGrammar(octets, Extension.NONE);
        grammar.body();
        grammar.end();
    }

    static void checkBodyStructure(ByteBuffer octets) {
        var grammar = new FetchGrammar(octets, Extension.ALL);
        grammar.body();
        grammar.end();
    }

    /** "(" date SP subject SP from SP sender SP reply-to SP to SP cc SP bcc SP in-reply-to SP message-id ")" */
    private void envelope() {
        take('(');
        nstring();
        space();
        nstring();
        for (int i = 0; i < 6; i++) {
            space();
            addresses();
        }
        space();
        nstring();
        space();
        nstring();
        take(')');
    }

    /** "(" 1*address ")" / nil; groups are opened before they are closed, and not nested (RFC 3501 §7.4.2). */
    private void addresses() {
        if (nil()) {
            return;
        }
        take('(');
        boolean group = false;
        do {
            group = address(group);
        } while (peek() == '(');
        check(!group, "group not closed");
        take(')');
    }

    private boolean address(boolean group) {
        take('(');
        var name = nstring();
        space();
        var route = nstring();
        space();
        var mailbox = nstring();
        space();
        var host = nstring();
        take(')');
        if (host != null) {
            check(mailbox != null && !host.isEmpty(), "host without mailbox");
            return group;
        }
        check(name == null && route == null, "group marker with more than a name");
        check(group == (mailbox == null), "groups do not match");
        return mailbox != null;
    }

    private void body() {
        take('(');
        if (peek() == '(') {
            multipart();
        } else {
            onePart();
        }
        take(')');
    }

    private void multipart() {
        do {
            body();
        } while (peek() == '(');
        space();
        string();
        if (extension == Extension.ALL) {
            space();
            parameters();
            extensions();
        }
    }

    private void onePart() {
        var type = string().toLowerCase(Locale.ROOT);
        space();
        var subtype = string().toLowerCase(Locale.ROOT);
        check(!type.isEmpty() && !subtype.isEmpty() && !type.equals("multipart"), "type " + type + "/" + subtype);
        space();
        parameters();
        space();
        nstring();
        space();
        nstring();
        space();
        check(!string().isEmpty(), "no encoding");
        space();
        number();
        if (type.equals("message") && subtype.equals("rfc822")) {
            space();
            envelope();
            space();
            body();
            space();
            number();
        } else if (type.equals("text")) {
            space();
            number();
        }
        if (extension == Extension.ALL) {
            space();
            nstring();
            extensions();
        }
    }

    /** Disposition, language, location. */
    private void extensions() {
        space();
        if (!nil()) {
            take('(');
            string();
            space();
            parameters();
            take(')');
        }
        space();
        if (peek() == '(') {
            take('(');
            string();
            while (peek() == ' ') {
                space();
                string();
            }
            take(')');
        } else {
            nstring();
        }
        space();
        nstring();
    }

    /** "(" string SP string *(SP string SP string) ")" / nil */
    private void parameters() {
        if (nil()) {
            return;
        }
        take('(');
        parameter();
        while (peek() == ' ') {
            space();
            parameter();
        }
        take(')');
    }

    private void parameter() {
        string();
        space();
        string();
    }

    /** null for NIL. */
    private String nstring() {
        return nil() ? null : string();
    }

    private boolean nil() {
        boolean nil = peek() == 'N';
        if (nil) {
            take('N');
            take('I');
            take('L');
        }
        return nil;
    }

    private String string() {
        if (peek() == '{') {
            return literal();
        }
        take('"');
        int from = at;
        while (peek() != '"') {
            int c = peek();
            check(c > 0 && c < 0x80 && c != '\r' && c != '\n', "octet " + c + " in quoted string");
            at++;
            if (c == '\\') {
                check(peek() == '"' || peek() == '\\', "escape");
                at++;
            }
        }
        at++;
        return text(from, at - 1);
    }

    private String literal() {
        take('{');
        long length = number();
        take('}');
        take('\r');
        take('\n');
        check(length <= in.length - at, "literal too long");
        int from = at;
        at += (int) length;
        var text = text(from, at);
        check(text.indexOf(0) < 0, "NUL in literal");
        return text;
    }

    private long number() {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        check(at > from && at - from < 20 && (in[from] != '0' || at == from + 1), "number");
        return Long.parseLong(text(from, at));
    }

    private String text(int from, int to) {
        return new String(in, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private void space() {
        take(' ');
    }

    private void take(char octet) {
        check(peek() == octet, "no " + octet);
        at++;
    }

    private int peek() {
        check(at < in.length, "end");
        return in[at] & 0xff;
    }

    private void end() {
        check(at == in.length, "more than expected");
    }

    private void check(boolean right, String wrong) {
        if (!right) {
            throw new AssertionError(wrong + " at " + at + " of " + text(0, Math.min(in.length, 4_000)));
        }
    }
}
