package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

final class TranscriptTest {
    /** Says what it hears. */
    private static final class EchoStage implements Transcript.Stage {
        private int connections;

        @Override
        public Protocol protocol() {
            int number = ++connections;
            return new Protocol() {
                @Override
                public String name() {
                    return "echo";
                }

                @Override
                public void serve(Connection client) throws IOException {
                    client.write("hello " + number + "\r\n");
                    try {
                        echo(client);
                    } catch (SocketTimeoutException e) {
                        client.write("too slow\r\n");
                    }
                }
            };
        }

        private static void echo(Connection client) throws IOException {
            while (true) {
                var line = client.readLine(100);
                if (line.ending() == Line.Ending.END || line.utf8().equals("quit")) {
                    return;
                }
                switch (line.utf8()) {
                    case "throw" -> throw new IllegalStateException("as asked");
                    case "tls" -> client.startTls("go ahead\r\n");
                    case "secure" -> client.write(client.secure() + " " + client.cipher() + "\r\n");
                    case "many" -> client.write("line 1\r\nline 2\r\ndone\r\n");
                    default -> client.write(line.ending() == Line.Ending.TOO_LONG ? "too long\r\n" : line.utf8() + "\r\n");
                }
            }
        }
    }

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> transcripts() {
        return Transcript.tests(EchoStage::new);
    }

    @Test
    void aWrongAnswerNamesFileLineAndBothTexts() throws Exception {
        var message = failure("# wrong\nS: hello 1\nC: one\nS: two\n");
        assertTrue(message.contains("wrong.txt:4: S: two"), message);
        assertTrue(message.contains("expected: two\n  actual: one"), message);
    }

    @Test
    void whatTheServerSaysBesideTheTranscriptFails() throws Exception {
        assertTrue(failure("# more\nS: hello 1\nC: one\n").contains("actual: one"));
    }

    @Test
    void aClosedConnectionIsNotALine() throws Exception {
        assertTrue(failure("# closed\nS: hello 1\nC: quit\nS: more\n").contains("actual: <closed>"));
    }

    @Test
    void anUncheckedExceptionFails() throws Exception {
        assertTrue(failure("# bug\nS: hello 1\nC: throw\n").contains("IllegalStateException: as asked"));
    }

    @Test
    void aLineThatIsNothingFails() throws Exception {
        assertTrue(failure("# nonsense\nX: hello 1\n").contains("not a line of a transcript"));
    }

    private String failure(String transcript) throws IOException {
        Files.writeString(folder.resolve("wrong.txt"), transcript);
        var test = Transcript.tests(folder, EchoStage::new).findFirst().orElseThrow();
        return assertThrows(AssertionError.class, test.getExecutable()::execute).getMessage();
    }
}
