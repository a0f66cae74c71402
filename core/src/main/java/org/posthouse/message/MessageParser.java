package org.posthouse.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parses a message in one pass. (First form: the top-level fields; the body is opaque.) */
final class MessageParser {
    private MessageParser() {}

    static Part parse(InputStream in) throws IOException {
        var text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        int blank = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n");
        int body = blank < 0 ? text.length() : text.startsWith("\r\n") ? 2 : blank + 4;
        var fields = new ArrayList<Headers.Field>();
        for (var line : text.substring(0, body).replaceAll("\r\n([ \t])", "$1").split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.add(new Headers.Field(line.substring(0, colon), line.substring(colon + 1).strip()));
            }
        }
        return new Part("text/plain", Map.of(), new Headers(fields), 0, body, text.length(), List.of(), true);
    }
}
