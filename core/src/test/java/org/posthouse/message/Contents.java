package org.posthouse.message;

import java.nio.charset.StandardCharsets;

/** Contents for tests. */
public final class Contents {
    private Contents() {}

    /** The text in UTF-8; every LF without a CR before it gets one, so that text blocks can be messages. */
    public static Content of(String text) {
        return of(text.replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** These octets as they are. */
    public static Content of(byte[] octets) {
        return new StoredContent(StoredContent.inMemory(octets.clone(), octets.length));
    }
}
