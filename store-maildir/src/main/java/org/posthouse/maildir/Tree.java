package org.posthouse.maildir;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.posthouse.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of Maildirs as directories. A folder that is deleted is renamed into the Maildir's {@code tmp/} first, where nobody looks for
 * folders, so that it is never seen in parts; what a crash leaves there is removed at the next look.
 */
final class Tree {
    private static final Logger LOG = LoggerFactory.getLogger("store-maildir");
    private static final String DELETED = "posthouse-deleted-";

    private final Disk disk;

    Tree(Disk disk) {
        this.disk = disk;
    }

    /** INBOX first. */
    static List<String> names(Path maildir) throws IOException {
        var names = new TreeSet<String>();
        try (var directories = Files.newDirectoryStream(maildir, ".*")) {
            for (var directory : directories) {
                FolderName.name(directory.getFileName().toString()).filter(name -> !FolderName.isInbox(name))
                        .filter(_ -> Files.isDirectory(directory.resolve("cur"))).ifPresent(names::add);
            }
        } catch (NoSuchFileException _) {
            return List.of("INBOX");
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        var all = new ArrayList<>(List.of("INBOX"));
        all.addAll(names);
        return all;
    }

    /** Durable with the rename; what follows may fail. */
    void delete(String name, Path folder) throws IOException {
        var maildir = folder.getParent();
        var hidden = maildir.resolve("tmp").resolve(DELETED + UUID.randomUUID());
        there(name, folder);
        disk.folder(hidden.getParent());
        move(name, folder, hidden);
        disk.syncFolder(hidden.getParent());
        disk.syncFolder(maildir);
        try {
            removeAll(hidden, disk);
        } catch (IOException e) {
            LOG.warn("what is left of the deleted folder {} cannot be removed yet: {}", name, e.toString());
        }
    }

    void rename(String name, Path folder, String to, Path other) throws IOException {
        there(name, folder);
        if (Files.exists(other, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(to);
        }
        try {
            move(name, folder, other);
        } catch (DirectoryNotEmptyException _) {
            throw new FileAlreadyExistsException(to); // made meanwhile
        }
        disk.syncFolder(other.getParent());
    }

    private void move(String name, Path folder, Path to) throws IOException {
        try {
            disk.rename(folder, to);
        } catch (NoSuchFileException _) {
            throw noSuchFolder(name);
        }
    }

    private static void there(String name, Path folder) throws IOException {
        if (!Files.isDirectory(folder.resolve("cur"))) {
            throw noSuchFolder(name);
        }
    }

    static NoSuchFileException noSuchFolder(String name) {
        return new NoSuchFileException(name, null, "no such folder");
    }

    static boolean isDeleted(Path file) {
        return file.getFileName().toString().startsWith(DELETED);
    }

    /** A directory with all that is in it; never what links lead to. */
    static void removeAll(Path directory, Disk disk) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            try (var files = Files.newDirectoryStream(directory)) {
                for (var file : files) {
                    removeAll(file, disk);
                }
            } catch (NoSuchFileException _) {
                return; // somebody else removes it too
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        disk.delete(directory);
    }
}
