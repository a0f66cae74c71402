package org.posthouse.indexed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.Location;
import org.posthouse.mailbox.ModifiedUtf7;

/**
 * Where the files of the index lie: {@code var/index/<domain>/<name>/} has one file {@code account} and for each folder
 * {@code <folder>.log} and {@code <folder>.digests}.
 */
final class IndexFiles {
    static final String LOG = ".log";
    static final String DIGESTS = ".digests";

    private static final int LONGEST_NAME = 200; // file systems allow 255 octets

    private final Disk disk;
    private final Location location;

    IndexFiles(Disk disk) {
        this.disk = disk;
        this.location = new Location("location", "index/%d/%n", disk);
    }

    Disk disk() {
        return disk;
    }

    Path account(AccountId account) throws IOException {
        return location.of(account).resolve("account");
    }

    Path log(AccountId account, String folder) throws IOException {
        return location.of(account).resolve(name(folder) + LOG);
    }

    Path digests(AccountId account, String folder) throws IOException {
        return location.of(account).resolve(name(folder) + DIGESTS);
    }

    /** Made when something is to be written. */
    void make(AccountId account) throws IOException {
        var folder = location.of(account);
        if (!Files.isDirectory(folder)) {
            disk.folder(folder);
        }
    }

    /** The logs of all folders. */
    List<Path> logs(AccountId account) throws IOException {
        try (var found = Files.newDirectoryStream(location.of(account), "*" + LOG)) {
            var logs = new java.util.ArrayList<Path>();
            found.forEach(logs::add);
            return List.copyOf(logs);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    void remove(AccountId account, String folder) throws IOException {
        disk.delete(log(account, folder));
        disk.delete(digests(account, folder));
    }

    void rename(AccountId account, String folder, String to) throws IOException {
        remove(account, to);
        renameIfThere(log(account, folder), log(account, to));
        renameIfThere(digests(account, folder), digests(account, to));
    }

    private void renameIfThere(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            disk.rename(from, to);
        }
    }

    /** Two names never become one, also where the file system does not tell capitals from small letters. */
    private static String name(String folder) {
        var name = ModifiedUtf7.encode(folder, c -> c != '/' && c != '.' && !(c >= 'A' && c <= 'Z'));
        name = folder.equals("INBOX") ? "inbox.box" : name;
        return name.length() <= LONGEST_NAME ? name : hash(folder) + ".long";
    }

    private static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
