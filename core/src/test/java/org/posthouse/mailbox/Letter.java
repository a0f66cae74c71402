package org.posthouse.mailbox;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.posthouse.message.Content;
import org.posthouse.message.Headers;
import org.posthouse.message.Part;

/** A message in memory for tests; its fields and parts are not looked at. */
public record Letter(byte[] octets) implements Content {
    /** A text with any line ends; they become CRLF. */
    public static Letter of(String text) {
        return new Letter(text.replaceAll("\r?\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public long size() {
        return octets.length;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(octets);
    }

    @Override
    public Headers headers() {
        return new Headers(List.of());
    }

    @Override
    public Part tree() {
        return new Part("text/plain", Map.of(), headers(), 0, 0, size(), List.of(), true);
    }

    @Override
    public Letter withFirst(String headerLines) {
        byte[] first = headerLines.getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[first.length + octets.length];
        System.arraycopy(first, 0, whole, 0, first.length);
        System.arraycopy(octets, 0, whole, first.length, octets.length);
        return new Letter(whole);
    }

    @Override
    public String toString() {
        return new String(octets, StandardCharsets.UTF_8);
    }
}
