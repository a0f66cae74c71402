package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    void anErrorIsNotRemembered() {
        broken = true;
        assertThrows(UncheckedIOException.class, content::headers);
        assertThrows(UncheckedIOException.class, content::tree);
        broken = false;
        assertEquals("x", content.headers().first("Subject").orElseThrow());
        assertEquals("x", content.tree().headers().first("Subject").orElseThrow());
    }
}
