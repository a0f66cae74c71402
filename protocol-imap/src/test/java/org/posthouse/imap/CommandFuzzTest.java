package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** Any octets are a command or malformed. */
final class CommandFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var request = CommandParser.parse(input);
        assertFalse(request.tag().isEmpty() || request.tag().contains("\r") || request.tag().contains("\n"), request::toString);
        request.command().toString();
    }

    @Override
    public List<String> seeds() {
        return List.of("a LOGIN ann {6}\r\nsecret", "a LOGIN \"a\\\"b\" {3+}\r\nx y", "a AUTHENTICATE PLAIN =", "a ID (\"name\" \"x\" \"v\" NIL)", "a ENABLE CONDSTORE QRESYNC",
                "a LIST (SUBSCRIBED) \"\" (\"*\" %) RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))", "a SELECT INBOX (QRESYNC (1 2 1:5,7 (1,2 3,4)))", "a STATUS \"&AOQ-\" (MESSAGES HIGHESTMODSEQ)",
                "a APPEND Sent (\\Seen k) \" 1-Jan-1970 00:00:00 +0000\" {5}", "a UID FETCH 1:*,4294967295 (FLAGS BODY.PEEK[1.2.HEADER.FIELDS.NOT (A \"b\")]<0.5> ENVELOPE) (CHANGEDSINCE 5 VANISHED)",
                "a FETCH 1 BODY[TEXT]", "a UID STORE 1:5 (UNCHANGEDSINCE 7) -FLAGS.SILENT (\\Deleted)", "a MOVE 1 Trash", "a RENAME a b", "a COMPRESS DEFLATE", "a UID EXPUNGE 5",
                "a UID SEARCH RETURN (MIN ALL) CHARSET UTF-8 OR (NOT FROM {1}\r\nx) (SINCE 1-Feb-2020 LARGER 5 KEYWORD k HEADER X \"\") MODSEQ \"/flags/\\\\x\" all 5",
                "a SEARCH " + "(".repeat(3000) + "ALL" + ")".repeat(3000), "a SEARCH " + "NOT ".repeat(3000) + "ALL", "a SEARCH " + "OR ".repeat(3000) + "ALL ".repeat(3000));
    }

    @Override
    public List<String> words() {
        return List.of("a ", "UID ", "FETCH ", "SEARCH ", "STORE ", "RETURN (", "BODY[", "BODY.PEEK[", "HEADER.FIELDS (", "MIME", "{3}\r\n", "{3+}\r\n", "\"", "\\", "1:*", "$", "OR ", "NOT ", "CHANGEDSINCE ", "RFC822.SIZE",
                "BINARY[", "PARTIAL", "~{5}");
    }

    @Override
    public int longest() {
        return 16_000; // as before a log-in
    }
}
