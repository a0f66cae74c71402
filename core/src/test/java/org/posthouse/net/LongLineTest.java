package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a line that is too long the end is told, in which it may announce what follows it; and no more. */
final class LongLineTest {
    private static final int LONGEST = 100;

    @TempDir
    Path tls;

    /** Says of each line how it ended and what was kept of it. */
    private record Telling() implements Protocol {
        @Override
        public String name() {
            return "tell";
        }

        @Override
        public void serve(Connection client) throws IOException {
            for (var line = client.readLine(LONGEST); line.ending() != Line.Ending.END; line = client.readLine(LONGEST)) {
                client.write((line.ending() + " " + line.latin1() + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void endsAsItsLastOctetsSay() throws Exception {
        try (var server = new TestServer(tls, Map.of(), new Telling()).listen("tell", "tls", "none"); var client = server.connect()) {
            var out = client.getOutputStream();
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            out.write(("x".repeat(LONGEST - 2) + "\r\n" + "x".repeat(LONGEST) + "{12}\r\n").getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("CRLF " + "x".repeat(LONGEST - 2), in.readLine());
            assertEquals("TOO_LONG " + "x".repeat(26) + "{12}", in.readLine());
            for (var piece : new String[] {"y".repeat(300_000), "{3", "4+}", "\r", "\n"}) {
                out.write(piece.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                Thread.sleep(5);
            }
            assertEquals("TOO_LONG " + "y".repeat(25) + "{34+}", in.readLine());
            out.write(("z".repeat(LONGEST) + "\nend\r\n").getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("TOO_LONG " + "z".repeat(31), in.readLine());
            assertEquals("CRLF end", in.readLine());
        }
    }
}
