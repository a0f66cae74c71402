package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.message.Contents;

/** Whatever a message is, what IMAP says of it keeps to IMAP's grammar: one list, of lists, strings, literals, numbers and NIL (RFC 3501 §9). */
final class DigesterFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var digest = Digester.digest(Contents.of(input));
        List.of(digest.envelope(), digest.body(), digest.bodyStructure()).forEach(part -> new Reader(text(part)).all());
        var fields = text(digest.fields());
        assertTrue(fields.isEmpty() || fields.endsWith("\n"), fields);
        assertTrue(digest.header() >= 0 && digest.header() <= input.length);
    }

    private static String text(ByteBuffer octets) {
        return StandardCharsets.ISO_8859_1.decode(octets.duplicate()).toString();
    }

    /** Reads what a client would. */
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        void all() {
            assertEquals('(', text.charAt(0), text);
            int depth = 0;
            while (at < text.length()) {
                char c = text.charAt(at++);
                switch (c) {
                    case '(' -> depth++;
                    case ')' -> assertTrue(--depth > 0 || at == text.length(), text);
                    case '"' -> quoted();
                    case '{' -> literal();
                    case ' ' -> assertFalse(text.charAt(at) == ' ' || text.charAt(at) == ')', text);
                    default -> atom(c);
                }
            }
            assertEquals(0, depth, text);
        }

        private void quoted() {
            for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
                assertFalse(c == '\r' || c == '\n' || c == 0 || c == '\\', text);
            }
        }

        private void literal() {
            int end = text.indexOf("}\r\n", at);
            int length = Integer.parseInt(text, at, end, 10);
            at = end + 3 + length;
            assertTrue(at <= text.length() && text.substring(end + 3, at).indexOf(0) < 0, text);
        }

        private void atom(char first) {
            int end = at;
            while ("() ".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            var word = text.substring(at - 1, end);
            assertTrue(word.equals("NIL") || word.matches("\\d+"), () -> word + " in " + text + first);
            at = end;
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("From: Ann <ann@example.test>, \"B, c\" (x) <@a,@b:b@c>\r\nTo: group: a@b, c@d;, undisclosed:;\r\nSubject: =?utf-8?q?x?=\r\n  y\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n"
                + "Message-ID: <a@b>\r\nIn-Reply-To: <c@d>\r\nCc: (only) e\r\n\r\nbody\r\n",
                "Content-Type: multipart/mixed; boundary=b; x*0=\"y\"; x*1*=utf-8''%20z\r\nContent-Language: en, de\r\n\r\n--b\r\nContent-Disposition: attachment; filename=\"\u00c3\u00bc\\\"\"\r\n"
                + "Content-Type: application/pdf; name=x\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <x>\r\nContent-MD5: y\r\nContent-Location: z\r\n\r\nAAAA\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
                + "From: a@b\r\n\r\nx\r\n--b--\r\n",
                "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b--\r\n", "Content-Type: message/rfc822\r\n\r\n", "From: \"\\\"\0\r\n \r\n x\" <\u00ff@\u00fe>\r\n", "To: a b c <>\r\n\r\n",
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(4), "Content-Type: text/plain; a=\"\u00ff\"; b=c\r\nContent-Description: (x\r\nContent-Disposition: inline (y)\r\n\r\n");
    }

    @Override
    public List<String> words() {
        return List.of("From: ", "To: ", "Cc: ", "Subject: ", "Content-Type: ", "Content-Disposition: ", "Content-Language: ", "Content-ID: ", "multipart/mixed; boundary=b", "message/rfc822", "\r\n--b\r\n",
                "\r\n--b--\r\n", "\r\n\r\n", "\r\n ", "<", ">", "\"", "\\", "(", ")", ";", ",", "@", "=?utf-8?q?", "*0*=");
    }

    @Override
    public int longest() {
        return 10_000;
    }

    @Override
    public long mayAllocate(int octets) {
        return (2 << 20) + 10_000L * octets; // a line of five octets is a part, with a message in it
    }
}
