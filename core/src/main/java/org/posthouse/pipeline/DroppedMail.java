package org.posthouse.pipeline;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A message in the drop folder, as {@code posthouse sendmail} writes it:
 *
 * <pre>
 * file    = envelope CRLF message      message has CRLF line ends
 * envelope = *(word SP text CRLF)
 * word    = "from"    whom it is from, without brackets; without a domain it is a user of this machine; empty for nobody
 *         / "name"    the full name of that user
 *         / "to"      a recipient, once or more
 *         / "notify" / "ret" / "envid"   what the sender wants to be told (RFC 3461)
 * </pre>
 *
 * @param begins at which octet the message begins
 */
public record DroppedMail(String from, String name, List<String> to, Optional<String> events, Optional<String> ret, Optional<String> envelopeId,
        long begins) {
    private static final int LONGEST_LINE = 2_048;
    private static final int MOST_LINES = 100_010;

    public DroppedMail {
        to = List.copyOf(to);
    }

    /** The octets before the message. */
    public byte[] envelope() {
        var text = new StringBuilder("from " + from + "\r\nname " + name + "\r\n");
        to.forEach(one -> text.append("to ").append(one).append("\r\n"));
        events.ifPresent(words -> text.append("notify ").append(words).append("\r\n"));
        ret.ifPresent(what -> text.append("ret ").append(what).append("\r\n"));
        envelopeId.ifPresent(id -> text.append("envid ").append(id).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The same for some of its recipients. */
    DroppedMail only(List<String> some) {
        return new DroppedMail(from, name, some, events, ret, envelopeId, begins);
    }

    /** IOException when it is none. */
    static DroppedMail read(Path file) throws IOException {
        try (var in = new Counting(Files.newInputStream(file))) {
            var to = new ArrayList<String>();
            String[] said = new String[5];
            for (int lines = 0; lines < MOST_LINES; lines++) {
                var line = in.line();
                if (line.isEmpty()) {
                    return new DroppedMail(said[0] == null ? "" : said[0], said[1] == null ? "" : said[1], to, Optional.ofNullable(said[2]),
                            Optional.ofNullable(said[3]), Optional.ofNullable(said[4]), in.octets);
                }
                var word = line.split(" ", 2);
                int which = List.of("from", "name", "notify", "ret", "envid").indexOf(word[0]);
                if (which < 0 && !word[0].equals("to") || word.length < 2) {
                    throw new IOException(file + " is no message of sendmail");
                }
                if (which < 0) {
                    to.add(word[1]);
                } else {
                    said[which] = word[1];
                }
            }
            throw new IOException(file + " has too many recipients");
        }
    }

    private static final class Counting extends FilterInputStream {
        private long octets;

        Counting(InputStream in) {
            super(new BufferedInputStream(in));
        }

        String line() throws IOException {
            var line = new ByteArrayOutputStream();
            for (int c = read(); c != '\n'; c = read()) {
                if (c < 0 || line.size() == LONGEST_LINE) {
                    throw new IOException("no line of an envelope");
                }
                line.write(c);
                octets++;
            }
            octets++;
            var text = line.toString(StandardCharsets.UTF_8);
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
    }
}
