package org.posthouse.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Where the control socket of a home is: {@code var/run/control}. The path of a Unix socket may have little more than 100
 * octets; in a deeper home the server makes it in a folder of its own under the user's runtime folder, and
 * {@code var/run/control} is a symbolic link to it, so that a client finds it whatever its own environment says.
 */
public final class ControlPath {
    private static final int PATH_OCTETS = 100;
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private ControlPath() {}

    /** Where to connect to; there may be nothing. */
    public static Path find(Path home) throws IOException {
        Path control = control(home);
        return Files.isSymbolicLink(control) ? Files.readSymbolicLink(control) : control;
    }

    /** A path to bind to, in a folder that only this user may enter; what an earlier server left there is removed. */
    public static Path make(Path home) throws IOException {
        Path control = control(home);
        Files.deleteIfExists(control);
        if (control.toString().getBytes(StandardCharsets.UTF_8).length <= PATH_OCTETS) {
            return control;
        }
        Path socket = runtimeFolder(control).resolve("control");
        Files.deleteIfExists(socket);
        Files.createSymbolicLink(control, socket);
        return socket;
    }

    /** Removes the socket and what leads to it. */
    public static void remove(Path home) throws IOException {
        Path socket = find(home);
        Files.deleteIfExists(socket);
        Files.deleteIfExists(control(home));
        if (!socket.equals(control(home))) {
            Files.deleteIfExists(socket.getParent());
        }
    }

    private static Path control(Path home) {
        return home.toAbsolutePath().normalize().resolve("var/run/control");
    }

    private static Path runtimeFolder(Path control) throws IOException {
        var hash = new CRC32C();
        hash.update(control.toString().getBytes(StandardCharsets.UTF_8));
        var parent = Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR")).map(Path::of).filter(Files::isWritable)
                .orElse(Path.of(System.getProperty("java.io.tmpdir")));
        Path folder = parent.resolve("posthouse-" + HexFormat.of().toHexDigits((int) hash.getValue()));
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        } catch (FileAlreadyExistsException e) {
            mustBeOurs(folder, control.getParent());
        }
        return folder;
    }

    /** In a folder shared with others, somebody else may have made the name first. */
    private static void mustBeOurs(Path folder, Path run) throws IOException {
        boolean ours = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(run))
                && Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE);
        if (!ours) {
            throw new IOException(folder + " is not this user's alone; remove it, or use a home with a shorter path");
        }
    }
}
