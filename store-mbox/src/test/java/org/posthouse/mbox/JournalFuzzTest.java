package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;
import org.posthouse.mailbox.Store.Folder;

/**
 * Whatever lies beside an mbox as its journal or its UIDs, the mbox is read. The input is an mbox, its UIDs and its journal, with 0x1e
 * between them; the journal as it is, or, behind a {@code *}, the sizes before and after and the stretches in short numbers, from which
 * one with its sum is made, for no other would pass.
 */
final class JournalFuzzTest implements FuzzTarget {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final long MAGIC = 0x706f7374_6d626f78L;
    private static final int MOST = 100_000;

    private final Path home;
    private final Path mbox;
    private final Path state;

    JournalFuzzTest() throws IOException {
        home = Scratch.folder();
        mbox = home.resolve("var/mail/example.test/ann/mbox");
        state = Files.createDirectories(mbox.resolveSibling("mbox-state"));
    }

    @Override
    public void take(byte[] input) throws IOException {
        var pieces = Pieces.of(input, 0, 2);
        int at = Math.min(input.length, pieces.get(0).length + pieces.get(1).length + 2);
        var journal = Arrays.copyOfRange(input, at, input.length);
        Files.write(mbox, pieces.get(0));
        Files.write(state.resolve("INBOX.uids"), pieces.get(1));
        Files.write(state.resolve("INBOX.journal"), journal.length > 0 && journal[0] == '*' ? summed(ByteBuffer.wrap(journal, 1, journal.length - 1)) : journal);
        var store = Stores.over(new HomeDisk(home));
        store.scan(INBOX);
        store.identity(INBOX);
        assertTrue(Files.notExists(state.resolve("INBOX.journal")), "the journal is still there");
        assertTrue(Files.size(mbox) < MOST, "the mbox grew");
    }

    private static byte[] summed(ByteBuffer in) {
        var out = ByteBuffer.allocate(64 + 18 * in.remaining()).putLong(MAGIC).putLong(number(in)).putLong(number(in)).putInt((int) number(in));
        while (in.remaining() > 1) {
            out.putLong(number(in));
            int length = (int) number(in) & 0x3f;
            var octets = new byte[Math.min(in.remaining(), length)];
            in.get(octets);
            out.putLong(octets.length).put(octets);
        }
        out.putLong(-1);
        var sum = new CRC32C();
        sum.update(out.array(), 0, out.position());
        return Arrays.copyOf(out.putInt((int) sum.getValue()).array(), out.position());
    }

    private static long number(ByteBuffer in) {
        return in.remaining() < 2 ? 0 : in.getShort();
    }

    @Override
    public List<String> seeds() {
        var mbox = "From a@b Thu Jan  1 00:00:00 1970\nSubject: a\n\nx\n";
        var head = new String(ByteBuffer.allocate(8).putLong(MAGIC).array(), StandardCharsets.ISO_8859_1);
        return List.of(mbox + "\u001e9 10\n\u001e*\0\60\0\60\0\0\0\62\0\1y", mbox + "\u001e\u001e*\0\60\0\57\0\0\0\62\0\1y\0\0\0\5From ", mbox + "\u001e1 1\u001e" + head + "\0".repeat(20),
                mbox + "\u001e\u001e*\0\20\0\40\0\0", mbox + "\u001e4294967295 4294967295\n");
    }

    @Override
    public int longest() {
        return 1500;
    }

    @Override
    public long mayAllocate(int octets) {
        return (32 << 20) + 2_000L * octets;
    }
}
