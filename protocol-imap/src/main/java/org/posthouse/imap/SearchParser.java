package org.posthouse.imap;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.posthouse.imap.Command.SearchReturn;
import org.posthouse.imap.SearchKey.Day;
import org.posthouse.imap.SearchKey.HasFlag;
import org.posthouse.imap.SearchKey.Not;
import org.posthouse.imap.SearchKey.Within;

/**
 * Reads what SEARCH looks for (RFC 3501 §6.4.4, RFC 4731, RFC 5032, RFC 5182, RFC 7162 §3.1.5). Any number of keys beside each
 * other or in a chain of ORs and NOTs makes the tree no deeper; what is within each other is bounded.
 */
final class SearchParser {
    static final int DEEPEST = 100;
    private static final int MOST_KEYS = 30_000; // each takes some 200 octets of memory
    private static final int LONGEST_TEXT = 1_000; // as long as a line of a message may be (RFC 5322 §2.1.1), and no longer to compare with
    private static final String CHARSETS = "BADCHARSET (US-ASCII UTF-8)";

    private final CommandText text;
    private Charset charset = StandardCharsets.UTF_8;
    private int depth;
    private int keys;

    SearchParser(CommandText text) {
        this.text = text;
    }

    Command search(Numbering by) throws Rejection {
        text.space();
        var returns = returns();
        try {
            return new Command.Search(by, returns, wantedKeys());
        } catch (Rejection e) {
            boolean saves = returns.isPresent() && returns.get().options().contains(SearchReturn.Option.SAVE);
            if (!saves || e.reply().kind() != Reply.Kind.NO) {
                throw e;
            }
            text.drop();
            return new Command.Search(by, returns, new SearchKey.Refused(e.reply()));
        }
    }

    private SearchKey wantedKeys() throws Rejection {
        if (text.tookWord("CHARSET")) {
            text.space();
            charset = charset(text.astring());
            text.space();
        }
        return keys();
    }

    private Optional<SearchReturn> returns() throws Rejection {
        if (!text.tookWord("RETURN")) {
            return Optional.empty();
        }
        text.space();
        var options = EnumSet.noneOf(SearchReturn.Option.class);
        text.list(() -> options.add(switch (text.word()) {
            case "MIN" -> SearchReturn.Option.MIN;
            case "MAX" -> SearchReturn.Option.MAX;
            case "ALL" -> SearchReturn.Option.ALL;
            case "COUNT" -> SearchReturn.Option.COUNT;
            case "SAVE" -> SearchReturn.Option.SAVE;
            default -> throw new Rejection("SEARCH returns no such thing");
        }));
        if (options.isEmpty()) {
            options.add(SearchReturn.Option.ALL); // RFC 4731 §3.1
        }
        text.space();
        return Optional.of(new SearchReturn(options));
    }

    private static Charset charset(String name) throws Rejection {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            throw new Rejection(Reply.no(CHARSETS, "There is no such character set here"));
        }
    }

    /** Keys beside each other: all must be true. */
    private SearchKey keys() throws Rejection {
        var keys = new ArrayList<SearchKey>();
        do {
            keys.add(key());
        } while (text.took(' '));
        return keys.size() == 1 ? keys.getFirst() : new SearchKey.And(keys);
    }

    private SearchKey key() throws Rejection {
        if (++keys > MOST_KEYS) {
            throw new Rejection(Reply.no("LIMIT", "No more than " + MOST_KEYS + " keys"));
        }
        boolean not = false;
        while (text.tookWord("NOT")) {
            text.space();
            not = !not;
        }
        var key = text.tookWord("OR") ? or() : simple();
        return not ? new Not(key) : key;
    }

    /** {@code OR a OR b c} is one with three; only what stands first goes deeper. */
    private SearchKey or() throws Rejection {
        var keys = new ArrayList<SearchKey>();
        do {
            text.space();
            keys.add(deeper(this::key));
            text.space();
        } while (text.tookWord("OR"));
        keys.add(deeper(this::key));
        return new SearchKey.Or(keys);
    }

    @FunctionalInterface
    private interface Inner {
        SearchKey read() throws Rejection;
    }

    private SearchKey deeper(Inner inner) throws Rejection {
        if (++depth > DEEPEST) {
            throw new Rejection("too many keys within each other");
        }
        var key = inner.read();
        depth--;
        return key;
    }

    private SearchKey simple() throws Rejection {
        int next = text.peek();
        if (next == '(') {
            return deeper(this::group);
        }
        if (next == '*' || next == '$' || next >= '0' && next <= '9') {
            return new SearchKey.In(Numbering.SEQUENCE, new SetParser(text).set());
        }
        return named(text.word());
    }

    private SearchKey group() throws Rejection {
        text.take('(');
        var keys = keys();
        text.take(')');
        return keys;
    }

    private SearchKey named(String name) throws Rejection {
        return switch (name) {
            case "ALL" -> new SearchKey.All();
            case "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN" -> flag(name);
            case "UNANSWERED", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNSEEN" -> new Not(flag(name.substring(2)));
            case "KEYWORD" -> new HasFlag(keyword());
            case "UNKEYWORD" -> new Not(new HasFlag(keyword()));
            case "NEW" -> new SearchKey.And(List.of(new SearchKey.Recent(), new Not(flag("SEEN"))));
            case "OLD" -> new Not(new SearchKey.Recent());
            case "RECENT" -> new SearchKey.Recent();
            case "BEFORE" -> day(Day.Date.RECEIVED, Day.Relation.BEFORE);
            case "ON" -> day(Day.Date.RECEIVED, Day.Relation.ON);
            case "SINCE" -> day(Day.Date.RECEIVED, Day.Relation.SINCE);
            case "SENTBEFORE" -> day(Day.Date.SENT, Day.Relation.BEFORE);
            case "SENTON" -> day(Day.Date.SENT, Day.Relation.ON);
            case "SENTSINCE" -> day(Day.Date.SENT, Day.Relation.SINCE);
            case "YOUNGER" -> new Within(Within.Age.YOUNGER, seconds());
            case "OLDER" -> new Within(Within.Age.OLDER, seconds());
            case "LARGER" -> new SearchKey.Larger(octets());
            case "SMALLER" -> new SearchKey.Smaller(octets());
            case "BCC", "CC", "FROM", "SUBJECT", "TO" -> new SearchKey.Header(name, wanted());
            case "HEADER" -> header();
            case "BODY" -> new SearchKey.Text(SearchKey.Text.Where.BODY, wanted());
            case "TEXT" -> new SearchKey.Text(SearchKey.Text.Where.ANYWHERE, wanted());
            case "UID" -> uid();
            case "MODSEQ" -> modseq();
            default -> throw new Rejection("SEARCH knows nothing of that name");
        };
    }

    private static HasFlag flag(String name) {
        return new HasFlag("\\" + name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT));
    }

    private String keyword() throws Rejection {
        text.space();
        return text.atom();
    }

    private SearchKey day(Day.Date date, Day.Relation relation) throws Rejection {
        text.space();
        return new Day(date, relation, Dates.day(text.astring()));
    }

    private long seconds() throws Rejection {
        text.space();
        return text.positive();
    }

    private long octets() throws Rejection {
        text.space();
        return text.longNumber();
    }

    private SearchKey uid() throws Rejection {
        text.space();
        return new SearchKey.In(Numbering.UID, new SetParser(text).set());
    }

    private SearchKey header() throws Rejection {
        text.space();
        var name = text.astring();
        return new SearchKey.Header(name, wanted());
    }

    /** RFC 7162 §3.1.5: the name of a flag and whose it is say nothing here, every change of a message counts. */
    private SearchKey modseq() throws Rejection {
        text.space();
        if (text.peek() == '"') {
            text.string();
            text.space();
            if (!List.of("PRIV", "SHARED", "ALL").contains(text.word())) {
                throw new Rejection("MODSEQ of whom?");
            }
            text.space();
        }
        return new SearchKey.ModSeq(text.longNumber());
    }

    private String wanted() throws Rejection {
        text.space();
        var octets = text.astring().getBytes(StandardCharsets.ISO_8859_1);
        try {
            var decoded = charset.newDecoder().decode(ByteBuffer.wrap(octets));
            if (decoded.length() > LONGEST_TEXT) {
                throw new Rejection(Reply.no("LIMIT", "No text of more than " + LONGEST_TEXT + " characters"));
            }
            return decoded.toString();
        } catch (CharacterCodingException _) {
            throw new Rejection(Reply.bad("a text is not in the character set that it should be in"));
        }
    }
}
