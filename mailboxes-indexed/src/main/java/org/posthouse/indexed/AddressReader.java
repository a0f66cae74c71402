package org.posthouse.indexed;

/**
 * Reads the addresses of header fields (RFC 5322 §3.4 with the obsolete forms of §4.4) into the lists of ENVELOPE (RFC 3501
 * §7.4.2), in one pass without looking back. Never fails: what is no address is shown as well as can be, under names that other
 * servers use for what is missing. Encoded words stay as they are, quotes and comments go.
 */
final class AddressReader {
    private static final int MOST = 50_000; // of one message with all inside it; one of two octets becomes forty

    /** Where in an address what comes stands. */
    private enum Where { OUTSIDE, IN_ANGLE, AFTER_ANGLE, AFTER_ADDRESS }

    private final ImapText phrase = new ImapText(64); // all words since the last comma, with white space between them
    private final ImapText route = new ImapText(0);
    private final ImapText local = new ImapText(64);
    private final ImapText domain = new ImapText(64);
    private final ImapText comment = new ImapText(16);
    private byte[] in = {};
    private int at;
    private int end;
    private ImapText out = comment;
    private int left = MOST;
    private boolean group;
    private Where where = Where.OUTSIDE;
    private boolean hasAt;
    private boolean isName; // several words, or quoted ones: no mailbox by itself
    private boolean gap; // white space before what comes
    private boolean domainOver;

    /** Adds the addresses between the octets {@code from} and {@code to} to {@code list}, which has no parentheses around it. */
    void read(byte[] header, int from, int to, ImapText list) {
        in = header;
        at = from;
        end = to;
        out = list;
        group = false;
        reset();
        while (at < end && left > 0) {
            step();
        }
        finish();
        endGroup();
    }

    private void reset() {
        phrase.clear();
        route.clear();
        local.clear();
        domain.clear();
        comment.clear();
        where = Where.OUTSIDE;
        hasAt = isName = gap = domainOver = false;
    }

    private void step() {
        switch (in[at]) {
            case ' ', '\t', '\r', '\n' -> {
                gap = true;
                at++;
            }
            case '(' -> comment();
            case ')' -> at++;
            case ',' -> {
                at++;
                finish();
            }
            case ';' -> {
                at++;
                finish();
                endGroup();
            }
            case ':' -> colon();
            case '<' -> openAngle();
            case '>' -> closeAngle();
            case '@' -> atSign();
            case '"' -> quoted();
            case '[' -> bracket();
            default -> atom();
        }
    }

    private void colon() {
        if (group || angle()) {
            word(at, ++at);
            return;
        }
        at++;
        out.ascii("(NIL NIL ").string(phrase).ascii(" NIL)");
        left--;
        reset();
        group = true;
    }

    private void endGroup() {
        if (group) {
            out.ascii("(NIL NIL NIL NIL)");
            group = false;
        }
    }

    /** Words before an angle bracket are a name, also those that look like an address. */
    private void openAngle() {
        if (angle()) {
            finish();
        }
        at++;
        where = Where.IN_ANGLE;
        hasAt = domainOver = gap = false;
        local.clear();
        domain.clear();
        route();
    }

    private boolean angle() {
        return where == Where.IN_ANGLE || where == Where.AFTER_ANGLE;
    }

    private void closeAngle() {
        at++;
        if (where == Where.IN_ANGLE) {
            where = Where.AFTER_ANGLE;
        }
    }

    /** obs-route, which ends with a colon; without that it was none. */
    private void route() {
        int i = at;
        while (i < end && ImapText.white(in[i])) {
            i++;
        }
        if (i == end || in[i] != '@') {
            return;
        }
        int colon = i;
        while (colon < end && in[colon] != ':' && in[colon] != '>' && in[colon] != '<') {
            colon++;
        }
        if (colon == end || in[colon] != ':') {
            return;
        }
        for (; i < colon; i++) {
            if (!ImapText.white(in[i]) && !(in[i] == ',' && route.endsWith(','))) {
                route.text(in, i, i + 1);
            }
        }
        at = colon + 1;
    }

    /** The last one parts the local part from the domain. */
    private void atSign() {
        at++;
        startAnew();
        if (hasAt) {
            local.octet('@').append(domain, 0);
            domain.clear();
        }
        if (where != Where.IN_ANGLE) {
            phrase.octet('@');
        }
        hasAt = true;
        gap = domainOver = false;
    }

    private void quoted() {
        int from = ++at;
        startAnew();
        space('"');
        isName = true;
        while (at < end && in[at] != '"') {
            if (in[at] == '\\' && at + 1 < end) {
                text(from, at);
                from = ++at;
            }
            at++;
        }
        text(from, at);
        at = Math.min(at + 1, end);
    }

    /** A domain literal; a bracket elsewhere is an octet like others. */
    private void bracket() {
        int from = at++;
        if (hasAt && domain.isEmpty()) {
            while (at < end && in[at] != ']' && in[at] != ',' && in[at] != '>') {
                at++;
            }
            at += at < end && in[at] == ']' ? 1 : 0;
        }
        word(from, at);
    }

    private void atom() {
        int from = at++;
        while (at < end && in[from] != '.' && !special(in[at])) {
            at++;
        }
        word(from, at);
    }

    private static boolean special(byte c) {
        return switch (c) {
            case '(', ')', '<', '>', ',', ';', ':', '@', '"', '[', '.', ' ', '\t', '\r', '\n' -> true;
            default -> false;
        };
    }

    private void word(int from, int to) {
        startAnew();
        space(in[from]);
        text(from, to);
    }

    /** What follows an angle bracket is no part of its address: another one, without a comma between, or nothing. */
    private void startAnew() {
        if (where == Where.AFTER_ANGLE) {
            finish();
            where = Where.AFTER_ADDRESS;
        }
    }

    /** Between words; white space around dots means nothing in addresses (RFC 5322 §4.4). */
    private void space(int next) {
        var part = hasAt ? domain : local;
        boolean apart = gap && !part.isEmpty() && !part.endsWith('.') && next != '.';
        if (apart && hasAt && where != Where.IN_ANGLE) {
            finish();
            where = Where.AFTER_ADDRESS;
        } else if (apart && hasAt) {
            domainOver = true;
        } else if (apart) {
            local.octet(' ');
            isName = true;
        }
        if (where != Where.IN_ANGLE && gap && !phrase.isEmpty()) {
            phrase.octet(' ');
        }
        gap = false;
    }

    private void text(int from, int to) {
        if (where != Where.IN_ANGLE) {
            phrase.text(in, from, to);
        }
        if (!hasAt) {
            local.text(in, from, to);
        } else if (!domainOver) {
            domain.text(in, from, to);
        }
    }

    /** The last comment gives a name to an address that has none; parentheses inside it stay. */
    private void comment() {
        comment.clear();
        gap = true;
        int from = ++at;
        for (int depth = 1; at < end; at++) {
            if (in[at] == '\\' && at + 1 < end) {
                comment.text(in, from, at);
                from = ++at;
            } else if (in[at] == '(') {
                depth++;
            } else if (in[at] == ')' && --depth == 0) {
                break;
            }
        }
        comment.text(in, from, at);
        at = Math.min(at + 1, end);
    }

    /** An address has ended, if there was one. */
    private void finish() {
        if (angle()) {
            address(phrase.isEmpty() ? comment : phrase);
        } else if (hasAt) {
            address(comment);
        } else if (!phrase.isEmpty() && where != Where.AFTER_ADDRESS) {
            if (isName) {
                local.clear();
            }
            address(isName ? phrase : comment);
        }
        reset();
    }

    private void address(ImapText name) {
        left--;
        out.octet('(').stringOrNil(name).octet(' ').stringOrNil(route).octet(' ');
        named(local, "MISSING_MAILBOX").octet(' ');
        named(domain, "MISSING_DOMAIN").octet(')');
    }

    /** NIL in place of a domain would begin a group. */
    private ImapText named(ImapText part, String missing) {
        return part.isEmpty() ? out.string(missing) : out.string(part);
    }
}
