package org.posthouse.maildir;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import org.posthouse.mailbox.BadFolderName;

/**
 * Folder names and Maildir++ directories: {@code Sent/2026} is {@code .Sent.2026}, in modified UTF-7 (RFC 3501 §5.1.3) as
 * Dovecot writes it. A dot inside a level, which Dovecot cannot have, is written {@code &AC4-}. INBOX is the Maildir itself.
 */
final class FolderName {
    private static final int LONGEST = 255; // of a name in every usual file system

    private FolderName() {}

    static boolean isInbox(String name) {
        return name.equalsIgnoreCase("INBOX");
    }

    /** The directory's name inside the Maildir; empty for INBOX. */
    static String directory(String name) throws BadFolderName {
        if (isInbox(name)) {
            return "";
        }
        var levels = name.split("/", -1);
        for (var level : levels) {
            if (level.isEmpty() || level.equals(".") || level.equals("..")) {
                throw new BadFolderName(name, "a level of it is empty, '.' or '..'");
            }
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new BadFolderName(name, "it has a control character");
        }
        var directory = "." + Arrays.stream(levels).map(FolderName::encode).collect(Collectors.joining("."));
        if (directory.length() > LONGEST) {
            throw new BadFolderName(name, "it is too long");
        }
        return directory;
    }

    /** The folder that has this directory; empty for directories that are no folder of ours. */
    static Optional<String> name(String directory) {
        if (directory.length() < 2 || directory.charAt(0) != '.') {
            return Optional.empty();
        }
        var name = Arrays.stream(directory.substring(1).split("\\.", -1)).map(FolderName::decode).collect(Collectors.joining("/"));
        try {
            return directory(name).equals(directory) ? Optional.of(name) : Optional.empty();
        } catch (BadFolderName _) {
            return Optional.empty();
        }
    }

    private static String encode(String level) {
        var out = new StringBuilder();
        int i = 0;
        while (i < level.length()) {
            int end = i;
            while (end < level.length() && !direct(level.charAt(end))) {
                end++;
            }
            if (end > i) {
                var octets = StandardCharsets.UTF_16BE.encode(CharBuffer.wrap(level, i, end));
                var base64 = StandardCharsets.US_ASCII.decode(Base64.getEncoder().withoutPadding().encode(octets));
                out.append('&').append(base64.toString().replace('/', ',')).append('-');
                i = end;
                continue;
            }
            out.append(level.charAt(i) == '&' ? "&-" : level.substring(i, i + 1));
            i++;
        }
        return out.toString();
    }

    private static boolean direct(char c) {
        return c >= ' ' && c <= '~' && c != '.';
    }

    /** What is no modified UTF-7 comes out as something that {@link #encode} does not turn back into it. */
    private static String decode(String level) {
        var out = new StringBuilder();
        int i = 0;
        while (i < level.length()) {
            int end = level.charAt(i) == '&' ? level.indexOf('-', i) : -1;
            if (end < 0) {
                out.append(level.charAt(i++));
                continue;
            }
            out.append(end == i + 1 ? "&" : shifted(level.substring(i + 1, end)));
            i = end + 1;
        }
        return out.toString();
    }

    private static String shifted(String base64) {
        try {
            byte[] octets = Base64.getDecoder().decode(base64.replace(',', '/'));
            return StandardCharsets.UTF_16BE.decode(ByteBuffer.wrap(octets)).toString();
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}
