package org.posthouse.imap;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.posthouse.mailbox.Inbox;
import org.posthouse.mailbox.ModifiedUtf7;

/**
 * The octets of one command, read from left to right by the smallest words of the grammar (RFC 3501 §9). A literal stands in it
 * as it came, {@code {3}}, CRLF and three octets. Copies only what it is asked for, whatever number the client wrote.
 */
final class CommandText {
    private static final long GREATEST_NUMBER = (1L << 32) - 1;
    private static final int LONGEST_NAME = 1000;
    private static final String NO_NAME = "\0";

    private final byte[] octets;
    private int at;

    CommandText(byte[] octets) {
        this.octets = octets;
    }

    boolean atEnd() {
        return at == octets.length;
    }

    void end() throws Rejection {
        if (!atEnd()) {
            throw new Rejection("there is more than the command takes");
        }
    }

    /** Leaves out the rest. */
    void drop() {
        at = octets.length;
    }

    /** The next octet; -1 at the end. */
    int peek() {
        return atEnd() ? -1 : octets[at] & 0xff;
    }

    /** Takes the next octet if it is this one. */
    boolean took(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    void take(char c) throws Rejection {
        if (!took(c)) {
            throw new Rejection(c == ' ' ? "something is missing" : "'" + c + "' is missing");
        }
    }

    void space() throws Rejection {
        take(' ');
    }

    /** Takes a word if it comes next, in any case of letters, and no letter or digit after it. */
    boolean tookWord(String word) {
        int end = at + word.length();
        if (end > octets.length || end < octets.length && Character.isLetterOrDigit(octets[end])) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (Character.toUpperCase(octets[at + i]) != word.charAt(i)) {
                return false;
            }
        }
        at = end;
        return true;
    }

    /** Octets of one sort, none or many. */
    private String run(IntPredicate sort) {
        int from = at;
        while (!atEnd() && sort.test(peek())) {
            at++;
        }
        return new String(octets, from, at - from, StandardCharsets.ISO_8859_1);
    }

    private String some(IntPredicate sort, String what) throws Rejection {
        var run = run(sort);
        if (run.isEmpty()) {
            throw new Rejection(what + " is missing");
        }
        return run;
    }

    private static boolean isPrintable(int c) {
        return c > ' ' && c < 0x7f;
    }

    static boolean isAtom(int c) {
        return isPrintable(c) && "(){%*\"\\]".indexOf(c) < 0;
    }

    private static boolean isTag(int c) {
        return isPrintable(c) && "(){%*\"\\+".indexOf(c) < 0;
    }

    private static boolean isAstring(int c) {
        return isAtom(c) || c == ']';
    }

    private static boolean isPattern(int c) {
        return isAstring(c) || c == '%' || c == '*';
    }

    String tag() throws Rejection {
        return some(CommandText::isTag, "a tag");
    }

    String atom() throws Rejection {
        return some(CommandText::isAtom, "a word");
    }

    /** An atom in upper case. */
    String word() throws Rejection {
        return atom().toUpperCase(Locale.ROOT);
    }

    /** The name of what FETCH may tell, up to a bracket, space or parenthesis. */
    String attribute() throws Rejection {
        return some(c -> isAtom(c) && c != '[' && c != '<', "a word").toUpperCase(Locale.ROOT);
    }

    /** The flag as IMAP writes it; \Seen and its like in their usual letters. */
    String flag() throws Rejection {
        if (!took('\\')) {
            return atom();
        }
        var written = atom();
        var name = written.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "seen", "answered", "flagged", "deleted", "draft" -> "\\" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
            case "recent" -> throw new Rejection("\\Recent is not for clients to change");
            default -> throw new Rejection("there is no flag \\" + written);
        };
    }

    /** Up to 4294967295. */
    long number() throws Rejection {
        return number(GREATEST_NUMBER);
    }

    long positive() throws Rejection {
        long number = number();
        if (number == 0) {
            throw new Rejection("0 is no such number");
        }
        return number;
    }

    /** RFC 7162 §7: a MODSEQ or another number of 63 bits. */
    long longNumber() throws Rejection {
        return number(Long.MAX_VALUE);
    }

    private long number(long greatest) throws Rejection {
        int from = at;
        long number = 0;
        while (peek() >= '0' && peek() <= '9') {
            int digit = octets[at++] - '0';
            if (number > (greatest - digit) / 10) {
                throw new Rejection("a number is too large");
            }
            number = 10 * number + digit;
        }
        if (at == from) {
            throw new Rejection("a number is missing");
        }
        return number;
    }

    /** A text of octets, each in one char; for what has a character set of its own. */
    String astring() throws Rejection {
        return peek() == '"' || peek() == '{' ? string() : some(CommandText::isAstring, "a text");
    }

    /** The same in UTF-8. */
    String text() throws Rejection {
        return utf8(astring());
    }

    byte[] secret() throws Rejection {
        return astring().getBytes(StandardCharsets.ISO_8859_1);
    }

    String string() throws Rejection {
        if (took('"')) {
            return quoted();
        }
        if (peek() == '{') {
            return new String(literal(), StandardCharsets.ISO_8859_1);
        }
        throw new Rejection("a text in quotes is missing");
    }

    private String quoted() throws Rejection {
        var text = new StringBuilder();
        while (!took('"')) {
            if (took('\\') && peek() != '"' && peek() != '\\') {
                throw new Rejection("a backslash stands before a quote or another backslash only");
            }
            int c = peek();
            if (c <= 0 || c == '\r' || c == '\n') {
                throw new Rejection("a text in quotes does not end");
            }
            text.append((char) c);
            at++;
        }
        return text.toString();
    }

    private byte[] literal() throws Rejection {
        long length = announced().octets();
        if (length > octets.length - at) {
            throw new Rejection("a literal does not end");
        }
        var literal = Arrays.copyOfRange(octets, at, at + (int) length);
        at += (int) length;
        for (byte octet : literal) {
            if (octet == 0) {
                throw new Rejection("a text has an octet 0"); // RFC 3501 §9, literal
            }
        }
        return literal;
    }

    /** What announces a literal, with its line end where that is part of this text. */
    Command.Literal announced() throws Rejection {
        take('{');
        long length = longNumber();
        var kind = took('+') ? Command.Literal.Kind.NOT_SYNCHRONISING : Command.Literal.Kind.SYNCHRONISING;
        take('}');
        if (!atEnd()) {
            took('\r');
            take('\n');
        }
        return new Command.Literal(length, kind);
    }

    /** A text, or nothing for NIL. */
    Optional<String> nstring() throws Rejection {
        return tookWord("NIL") ? Optional.empty() : Optional.of(utf8(string()));
    }

    /** A folder's name, decoded from modified UTF-7 (RFC 3501 §5.1.3) or as UTF-8; the inbox is INBOX in any letters (§5.1). */
    String folder() throws Rejection {
        return Inbox.canonical(decoded(text()));
    }

    /** What LIST looks for: a name in which {@code *} and {@code %} may stand. What is no modified UTF-7 is no folder's name. */
    String pattern() throws Rejection {
        var pattern = utf8(peek() == '"' || peek() == '{' ? string() : some(CommandText::isPattern, "a pattern"));
        mustBeShort(pattern);
        var decoded = ModifiedUtf7.decode(pattern);
        return isUtf7(pattern, decoded) ? decoded : NO_NAME;
    }

    private static String decoded(String name) throws Rejection {
        mustBeShort(name);
        var decoded = ModifiedUtf7.decode(name);
        if (!isUtf7(name, decoded)) {
            throw new Rejection(Reply.no("CANNOT", "That name is no modified UTF-7"));
        }
        return decoded;
    }

    private static void mustBeShort(String name) throws Rejection {
        if (name.length() > LONGEST_NAME) {
            throw new Rejection(Reply.no("CANNOT", "That name is too long"));
        }
    }

    /** In the one way to write it. A name without {@code &} may also be UTF-8. */
    private static boolean isUtf7(String name, String decoded) {
        return name.indexOf('&') < 0 || ModifiedUtf7.encode(decoded, _ -> true).equals(name);
    }

    private static String utf8(String octets) throws Rejection {
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1))).toString();
        } catch (CharacterCodingException _) {
            throw new Rejection("a text is not UTF-8");
        }
    }

    /** One thing of a list in parentheses. */
    @FunctionalInterface
    interface Item {
        void read() throws Rejection;
    }

    /** A list in parentheses; empty ones too. */
    void list(Item item) throws Rejection {
        take('(');
        if (took(')')) {
            return;
        }
        do {
            item.read();
        } while (took(' '));
        take(')');
    }
}
