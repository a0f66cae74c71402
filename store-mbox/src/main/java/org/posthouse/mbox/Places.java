package org.posthouse.mbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.Location;
import org.posthouse.mailbox.BadFolderName;
import org.posthouse.mailbox.ModifiedUtf7;
import org.posthouse.mailbox.Store.Folder;

/**
 * Where an account's folders and what belongs to them lie.
 * <pre>
 * INBOX                 the place of the inbox
 * Sent/2026             folders/Sent.sbd/2026      as Mozilla's programs do it, so that a folder with others below it is a file too
 * </pre>
 * Names are modified UTF-7; a dot at the beginning, and that of {@code .lock} and {@code .sbd} at the end, is written {@code &AC4-}.
 */
final class Places {
    /** @param state the beginning of the names of what we keep about the folder, never beside it; {@code lastValidity} is the account's */
    record Place(String name, Path file, Path state, Path lastValidity) {
        boolean isInbox() {
            return Places.isInbox(name);
        }

        private Path beside(String end) {
            return state.resolveSibling(state.getFileName() + end);
        }

        Path uids() {
            return beside(".uids");
        }

        Path removed() {
            return beside(".removed");
        }

        /** What goes with the folder. */
        List<Path> states() {
            return List.of(uids(), removed(), journal());
        }

        Path journal() {
            return beside(".journal");
        }
    }

    private static final int LONGEST = 200; // of a level; with what is added a file system takes it
    private static final int DEEPEST = 16;
    private static final String BELOW = ".sbd";

    private final Location inbox;
    private final Location folders;
    private final Location state;

    Places(String inbox, String folders, Disk disk) {
        this.inbox = new Location("inbox", inbox, disk);
        this.folders = new Location("folders", folders, disk);
        this.state = new Location("state", Location.HOME + "/mbox-state", disk);
    }

    static boolean isInbox(String name) {
        return name.equalsIgnoreCase("INBOX");
    }

    Place of(Folder folder) throws IOException {
        var states = state.of(folder.account());
        var validity = states.resolve("uidvalidity");
        if (isInbox(folder.name())) {
            return new Place("INBOX", inbox.of(folder.account()), states.resolve("INBOX"), validity);
        }
        var path = path(folder.name());
        return new Place(folder.name(), folders.of(folder.account()).resolve(path), states.resolve("folders").resolve(path), validity);
    }

    static String path(String name) throws BadFolderName {
        var levels = name.split("/", -1);
        if (Arrays.stream(levels).anyMatch(l -> l.isEmpty() || l.equals(".") || l.equals(".."))) {
            throw new BadFolderName(name, "a level of it is empty, '.' or '..'");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new BadFolderName(name, "it has a control character");
        }
        var files = Arrays.stream(levels).map(Places::encode).toList();
        if (levels.length > DEEPEST || files.stream().anyMatch(f -> f.length() > LONGEST)) {
            throw new BadFolderName(name, "it is too long");
        }
        return String.join(BELOW + "/", files);
    }

    private static String encode(String level) {
        var file = ModifiedUtf7.encode(level, c -> c != '/');
        if (file.startsWith(".")) {
            return "&AC4-" + file.substring(1);
        }
        return file.endsWith(".lock") || file.endsWith(BELOW) ? file.substring(0, file.lastIndexOf('.')) + "&AC4-"
                + file.substring(file.lastIndexOf('.') + 1) : file;
    }

    /** Where Dovecot keeps an account's subscriptions. */
    Path subscriptions(AccountId account) throws IOException {
        return folders.of(account).resolve(".subscriptions");
    }

    /** INBOX first; files that have no folder's name are no folders. */
    List<String> names(AccountId account) throws IOException {
        var root = folders.of(account);
        var names = new TreeSet<String>();
        try (var files = Files.walk(root, DEEPEST)) {
            files.filter(Files::isRegularFile).forEach(file -> name(root.relativize(file)).ifPresent(names::add));
        } catch (NoSuchFileException _) {
            return List.of("INBOX");
        }
        return Stream.concat(Stream.of("INBOX"), names.stream()).toList();
    }

    private static Optional<String> name(Path path) {
        var levels = path.toString().split("/");
        for (int i = 0; i < levels.length - 1; i++) {
            if (!levels[i].endsWith(BELOW)) {
                return Optional.empty();
            }
            levels[i] = levels[i].substring(0, levels[i].length() - BELOW.length());
        }
        var name = Arrays.stream(levels).map(ModifiedUtf7::decode).collect(Collectors.joining("/"));
        try {
            return !isInbox(name) && path(name).equals(path.toString()) ? Optional.of(name) : Optional.empty();
        } catch (BadFolderName _) {
            return Optional.empty();
        }
    }
}
