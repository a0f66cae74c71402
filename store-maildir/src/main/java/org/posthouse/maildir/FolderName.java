package org.posthouse.maildir;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.posthouse.mailbox.BadFolderName;
import org.posthouse.mailbox.ModifiedUtf7;

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
        var directory = "." + Arrays.stream(levels).map(l -> ModifiedUtf7.encode(l, c -> c != '.')).collect(Collectors.joining("."));
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
        var name = Arrays.stream(directory.substring(1).split("\\.", -1)).map(ModifiedUtf7::decode).collect(Collectors.joining("/"));
        try {
            return directory(name).equals(directory) ? Optional.of(name) : Optional.empty();
        } catch (BadFolderName _) {
            return Optional.empty();
        }
    }
}
