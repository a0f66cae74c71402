package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class StoredContentTest {
    private static final byte[] MESSAGE = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b--\r\n"
            .getBytes(StandardCharsets.UTF_8);

    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean broken;
    private final StoredContent content = new StoredContent(new StoredContent.Octets() {
        @Override public long size() {
            return MESSAGE.length;
        }

        @Override public InputStream open() throws IOException {
            opened.incrementAndGet();
            if (broken) {
                throw new IOException("Input/output error");
            }
            return new ByteArrayInputStream(MESSAGE);
        }
    });

    @Test
    void isParsedOnceHoweverManyAsk() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 20; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                content.tree();
                content.headers();
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertEquals(1, opened.get());
        assertEquals(1, content.tree().parts().size());
    }

    @Test
    void isNotParsedAgainForEachDeliveryOfIt() {
        content.tree();
        var first = (StoredContent) content.withFirst("Return-Path: <ann@example.test>\r\n");
        opened.set(0);
        var tree = first.withFirst("Delivered-To: bob@example.test\r\n").tree();
        assertEquals(List.of("Delivered-To", "Return-Path", "Subject", "Content-Type"),
                tree.headers().fields().stream().map(Headers.Field::name).toList());
        assertEquals(2, opened.get()); // to see that a field comes first
    }

    @Test
    void linesInFrontMakeNoOtherTreeThanAParseOfAll() throws IOException {
        var random = new Random(2822);
        String[] words = {"\r\n", "\n", "\r", " ", "\t", "a: b", "a", ":", "From x", "\r\n\r\n", "Content-Type: multipart/mixed; boundary=x\r\n",
            "Content-Type: message/rfc822\r\n", "Content-Transfer-Encoding: base64\r\n", "--x\r\n", "--x--\r\n", "\r\nSubject: y\r\n", "é", "\u0000"};
        String[] lines = {"Return-Path: <>\r\n", "A: b\r\n\tc\r\n", "A: b\r\nC: d\r\n", "", "A: b\r\n\r\n", "no field\r\n", "A: b", "From x\r\nA: b\r\n",
            "Content-Type: text/html\r\n", "a\r\n"};
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(15); n > 0; n--) {
                text.append(words[random.nextInt(words.length)]);
            }
            var message = Contents.of(text.toString().getBytes(StandardCharsets.UTF_8));
            var whole = message.withFirst(lines[random.nextInt(lines.length)]);
            try (var in = whole.open()) {
                assertEquals(Contents.of(in.readAllBytes()).tree(), whole.tree(), text::toString);
            }
        }
    }

    @Test
    void linesInFrontOfALargeHeaderCountForItsLimits() {
        var message = Contents.of("A: b\n".repeat(Headers.MOST_FIELDS) + "\ntext\n");
        assertFalse(message.tree().opaque());
        assertTrue(message.withFirst("C: d\r\n").tree().opaque());
    }

    @Test
    void anErrorIsNotRemembered() {
        broken = true;
        assertThrows(UncheckedIOException.class, content::headers);
        assertThrows(UncheckedIOException.class, content::tree);
        broken = false;
        assertEquals("x", content.headers().first("Subject").orElseThrow());
        assertEquals("x", content.tree().headers().first("Subject").orElseThrow());
    }
}
