package org.posthouse.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;

/** Stores letters as programs do that know nothing of us. */
final class OtherProgram {
    private static final int BETWEEN_ATTEMPTS_MILLIS = 5;

    private OtherProgram() {}

    /** Into tmp, and from there into new. */
    static void deliver(int letter, Path maildir) throws IOException {
        var name = "1700000000.M" + letter + ".beside.host";
        var text = Letters.text(letter).replace("\r\n", "\n");
        var written = Files.writeString(maildir.resolve("tmp").resolve(name), text, StandardCharsets.ISO_8859_1);
        Files.move(written, maildir.resolve("new").resolve(name));
    }

    /** Under the dot lock and the lock of the file itself; false when it has not got the one until it gave up. */
    static boolean append(int letter, Path mbox, BooleanSupplier givesUp) throws IOException, InterruptedException {
        var lock = mbox.resolveSibling(mbox.getFileName() + ".lock");
        while (!took(lock)) {
            if (givesUp.getAsBoolean()) {
                return false;
            }
            Thread.sleep(BETWEEN_ATTEMPTS_MILLIS);
        }
        try (var file = FileChannel.open(mbox, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                var _ = file.lock()) {
            var text = "From beside@example.org Sun Mar  1 12:00:00 2026\n"
                    + Letters.text(letter).replace("\r\n", "\n").replaceAll("(?m)^(>*From )", ">$1") + "\n";
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), file.size());
            return true;
        } finally {
            Files.delete(lock);
        }
    }

    private static boolean took(Path lock) throws IOException {
        try {
            Files.writeString(Files.createFile(lock), "1:elsewhere.example");
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        }
    }
}
