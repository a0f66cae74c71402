package org.posthouse.pop3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;

final class MessageWriterTest {
    private static final Random RANDOM = new Random(1939);

    @Test
    void whatAClientUndoesIsTheMessageHoweverItIsCutIntoPieces() throws Exception {
        for (int i = 0; i < 500; i++) {
            var message = message();
            var undone = undone(sent(message, Long.MAX_VALUE));
            assertEquals(message.endsWith("\r\n") || message.isEmpty() ? message : message + "\r\n", undone);
        }
    }

    @Test
    void topIsTheHeaderAndSoManyLines() throws Exception {
        for (int i = 0; i < 500; i++) {
            var message = message() + "\r\n";
            int lines = RANDOM.nextInt(5);
            assertEquals(top(message, lines), undone(sent(message, lines)));
        }
    }

    /** Made of what matters: dots, line ends, letters; CR and LF only together. */
    private static String message() {
        var message = new StringBuilder();
        int parts = RANDOM.nextInt(30);
        for (int i = 0; i < parts; i++) {
            message.append(switch (RANDOM.nextInt(4)) {
                case 0 -> ".";
                case 1 -> "a";
                default -> "\r\n";
            });
        }
        return message.toString();
    }

    private static String sent(String message, long lines) throws IOException {
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        var writer = MessageWriter.top(connection, lines);
        byte[] octets = message.getBytes(StandardCharsets.US_ASCII);
        int from = 0;
        boolean more = true;
        while (from < octets.length && more) {
            int length = 1 + RANDOM.nextInt(octets.length - from);
            var piece = Arrays.copyOfRange(octets, from, from + length);
            more = writer.write(piece, length);
            from += length;
        }
        writer.end();
        connection.close();
        return connection.rest();
    }

    private static String undone(String sent) {
        int end = sent.startsWith(".\r\n") ? 0 : sent.indexOf("\r\n.\r\n") + 2;
        assertEquals(sent.length(), end + 3, "the lone dot is the end: " + sent);
        return sent.substring(0, end).replaceAll("(?m)^\\.", "");
    }

    private static String top(String message, int lines) {
        int header = message.startsWith("\r\n") ? 2 : message.indexOf("\r\n\r\n") + 4;
        if (header < 4 && !message.startsWith("\r\n")) {
            return message;
        }
        int end = header;
        for (int i = 0; i < lines && end < message.length(); i++) {
            end = message.indexOf("\r\n", end) + 2;
        }
        return message.substring(0, end);
    }
}
