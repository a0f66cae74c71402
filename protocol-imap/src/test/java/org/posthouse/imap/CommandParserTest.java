package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.posthouse.imap.Command.Malformed;
import org.posthouse.imap.FetchItem.Attribute;
import org.posthouse.imap.FetchItem.Form;
import org.posthouse.imap.FetchItem.Octets;
import org.posthouse.imap.FetchItem.Partial;
import org.posthouse.imap.FetchItem.Section;
import org.posthouse.imap.FetchItem.Text;
import org.posthouse.imap.MessageSet.Span;
import org.posthouse.imap.MessageSet.Spans;
import org.posthouse.imap.SearchKey.HasFlag;
import org.posthouse.imap.SearchKey.Not;

class CommandParserTest {
    private static Command parse(String text) {
        return CommandParser.parse(("a " + text).getBytes(StandardCharsets.UTF_8)).command();
    }

    private static SearchKey key(String text) {
        return assertInstanceOf(Command.Search.class, parse("SEARCH " + text)).key();
    }

    private static List<FetchItem> items(String text) {
        return assertInstanceOf(Command.Fetch.class, parse("FETCH 1 " + text)).items();
    }

    @Test
    void readsSetsAsTheyAre() {
        var fetch = assertInstanceOf(Command.Fetch.class, parse("UID FETCH 3,5:2,*:7,1:4294967295 UID"));
        assertEquals(new Spans(List.of(new Span(3, 3), new Span(5, 2), new Span(MessageSet.STAR, 7), new Span(1, 4294967295L))), fetch.set());
        assertEquals(Numbering.UID, fetch.by());
        assertInstanceOf(Malformed.class, parse("FETCH 1:4294967296 UID"));
        assertInstanceOf(Malformed.class, parse("FETCH 1, UID"));
        assertInstanceOf(Malformed.class, parse("FETCH : UID"));
        assertEquals(new MessageSet.Saved(), assertInstanceOf(Command.Copy.class, parse("COPY $ x")).set());
    }

    @Test
    void readsWhatFetchIsToTell() {
        assertEquals(List.of(Attribute.FLAGS, Attribute.INTERNALDATE, Attribute.RFC822_SIZE, Attribute.ENVELOPE, Attribute.BODY), items("full"));
        assertEquals(List.of(new Octets(Form.BODY_PEEK, new Section(List.of(1, 2), Text.Whole.MIME), Optional.empty())), items("BODY.PEEK[1.2.MIME]"));
        assertEquals(List.of(new Octets(Form.BODY, new Section(List.of(), new Text.Fields(Text.Which.ALL_OTHERS, List.of("From", "X Y"))),
                Optional.of(new Partial(0, 10)))), items("(body[header.fields.not (From \"X Y\")]<0.10>)"));
        assertEquals(List.of(new Octets(Form.BODY, new Section(List.of(3), Text.Whole.ALL), Optional.empty()), Attribute.BODY), items("(BODY[3] BODY)"));
        assertEquals(new Command.FetchOptions(OptionalLong.of(7), true),
                assertInstanceOf(Command.Fetch.class, parse("UID FETCH 1 UID (CHANGEDSINCE 7 VANISHED)")).options());
        for (var wrong : List.of("()", "BODY[MIME]", "BODY[1", "BODY[0]", "BODY[]<1>", "BODY[]<1.0>", "FOO", "(UID", "(ALL)", "UID (VANISHED)",
                "BODY[HEADER.FIELDS ()]", "BODY[1.HEADER", "BODY[" + "1.".repeat(101) + "1]")) {
            assertInstanceOf(Malformed.class, parse("FETCH 1 " + wrong), wrong);
        }
    }

    @Test
    void readsKeysOfSearch() {
        assertEquals(new SearchKey.And(List.of(new HasFlag("\\Seen"), new Not(new HasFlag("x")), new SearchKey.All())), key("SEEN UNKEYWORD x ALL"));
        assertEquals(new SearchKey.Or(List.of(new HasFlag("\\Seen"), new HasFlag("\\Draft"), new SearchKey.Header("FROM", "a b"))),
                key("OR SEEN OR DRAFT FROM \"a b\""));
        assertEquals(new SearchKey.All(), key("NOT NOT ALL"));
        assertEquals(new SearchKey.Header("SUBJECT", "\u00e4"), key("CHARSET ISO-8859-1 SUBJECT {1}\r\n\u00e4".replace("{1}", "{2}").replace("ISO-8859-1", "UTF-8")));
        for (var wrong : List.of("", "FOO", "(ALL", "OR ALL", "NOT", "SINCE 31-Feb-2000", "LARGER x", "YOUNGER 0", "RETURN (FOO) ALL", "SUBJECT \"\u0000\"")) {
            assertInstanceOf(Malformed.class, parse("SEARCH " + wrong), wrong);
        }
        assertEquals(Reply.no("BADCHARSET (US-ASCII UTF-8)", "There is no such character set here"),
                assertInstanceOf(Malformed.class, parse("SEARCH CHARSET KLINGON ALL")).reply());
    }

    @Test
    void manyKeysAreOneLevel() {
        assertEquals(10_000, assertInstanceOf(SearchKey.And.class, key("SUBJECT x ".repeat(10_000).strip())).keys().size());
        assertEquals(10_001, assertInstanceOf(SearchKey.Or.class, key("OR SUBJECT x ".repeat(10_000) + "ALL")).keys().size());
        assertEquals(new SearchKey.All(), key("NOT ".repeat(10_000) + "ALL"));
    }

    @Test
    void whatIsWithinEachOtherIsBounded() {
        key("(".repeat(SearchParser.DEEPEST) + "ALL" + ")".repeat(SearchParser.DEEPEST));
        assertInstanceOf(Malformed.class, parse("SEARCH " + "(".repeat(100_000) + "ALL"));
        assertInstanceOf(Malformed.class, parse("SEARCH " + "OR ".repeat(100_000) + "ALL ALL"));
    }

    @Test
    void aLiteralThatAnnouncesMoreThanThereIsCostsNothing() {
        assertInstanceOf(Malformed.class, parse("LOGIN {4294967295}\r\nann secret"));
        assertInstanceOf(Malformed.class, parse("LOGIN {9223372036854775807+}\r\nann secret"));
        assertInstanceOf(Malformed.class, parse("LOGIN {9223372036854775808+}\r\nann secret"));
    }
}
