package org.posthouse.smtpdelivery;

import java.io.IOException;
import org.posthouse.message.Content;

/**
 * What of a message decides how it may be sent.
 *
 * @param header whether there are octets beyond ASCII in the header (RFC 6532)
 * @param body   whether there are in the body (RFC 6152)
 * @param bare   whether a CR or LF stands alone, or the last line has no end
 */
record Nature(boolean header, boolean body, boolean bare) {
    static Nature of(Content content) throws IOException {
        boolean header = false;
        boolean body = false;
        boolean bare = false;
        boolean inBody = false;
        int column = 0;
        int last = '\n';
        byte[] buffer = new byte[64 * 1024];
        try (var in = content.open()) {
            for (int n; (n = in.read(buffer)) > 0; ) {
                for (int i = 0; i < n; i++) {
                    byte octet = buffer[i];
                    bare |= (octet == '\n') != (last == '\r') && (octet == '\n' || last == '\r');
                    if (octet == '\n') {
                        inBody |= column == 0;
                        column = 0;
                    } else if (octet != '\r') {
                        column++;
                        header |= octet < 0 && !inBody;
                        body |= octet < 0 && inBody;
                    }
                    last = octet;
                }
            }
        }
        return new Nature(header, body, bare || last != '\n');
    }
}
