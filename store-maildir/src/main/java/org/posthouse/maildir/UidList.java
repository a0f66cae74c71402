package org.posthouse.maildir;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The content of {@code dovecot-uidlist}, version 3.
 * <pre>
 * header = "3" *( SP key value )            V UIDVALIDITY, N the next UID, G the folder's id; others are kept
 * line   = uid *( SP key value ) " :" name  W octets with CRLF line ends, P the POP3 id …; all are kept
 * </pre>
 * UIDs ascend. Lines may have been added behind the header's N; then the next UID is the one after the last line's. A last
 * line without its line end was torn by a crash and does not count.
 *
 * @param rows by the file name's base
 * @param torn whether the end must be written anew before lines can be added
 */
record UidList(String header, long validity, long next, Map<String, Row> rows, boolean torn) {
    static final long LARGEST_UID = 0xffff_ffffL;

    /** @param fields as in the file, with a space before each */
    record Row(long uid, String fields) {
        /** Octets with CRLF line ends, where they were written down. */
        OptionalLong withCrlf() {
            return field(fields, " W");
        }
    }

    static UidList fresh(long validity, String guid) {
        return new UidList("3 V" + validity + " N1 G" + guid, validity, 1, Map.of(), false);
    }

    /** Empty when it is no list of version 3. */
    static Optional<UidList> parse(byte[] octets) {
        var text = new String(octets, StandardCharsets.ISO_8859_1); // keeps every octet of foreign names
        int end = text.indexOf('\n');
        if (end < 0 || !text.startsWith("3 ")) {
            return Optional.empty();
        }
        var header = text.substring(0, end).stripTrailing();
        var validity = field(header, " V");
        if (validity.orElse(0) == 0) {
            return Optional.empty();
        }
        long next = Math.max(1, field(header, " N").orElse(1));
        long lastUid = 0;
        var lines = IntStream.builder();
        int at = end + 1;
        for (int eol = text.indexOf('\n', at); eol >= 0; eol = text.indexOf('\n', at)) {
            long uid = uid(text.substring(at, eol));
            if (uid > lastUid && uid <= LARGEST_UID) {
                lines.add(at);
                lastUid = uid;
            }
            at = eol + 1;
        }
        var rows = new UidRows(text, lines.build().toArray());
        return Optional.of(new UidList(header, validity.getAsLong(), Math.max(next, lastUid + 1), rows, at < text.length()));
    }

    /** 0 for a line that is broken. */
    private static long uid(String line) {
        return line.indexOf(" :") < 1 ? 0 : number(line.substring(0, line.indexOf(' '))).orElse(0);
    }

    private static OptionalLong field(String header, String key) {
        int at = header.indexOf(key);
        if (at < 0) {
            return OptionalLong.empty();
        }
        int end = header.indexOf(' ', at + 1);
        return number(header.substring(at + 2, end < 0 ? header.length() : end));
    }

    private static OptionalLong number(String digits) {
        boolean good = !digits.isEmpty() && digits.length() <= 15 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return good ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    byte[] octets() {
        var text = new StringBuilder(header.replaceAll(" N[^ ]*", "")).append(" N").append(next).append('\n');
        rows.forEach((base, row) -> text.append(line(base, row)));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static String line(String base, Row row) {
        return row.uid() + row.fields() + " :" + base + "\n";
    }
}
