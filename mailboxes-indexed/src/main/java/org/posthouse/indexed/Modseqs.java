package org.posthouse.indexed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;

/**
 * Gives out the MODSEQs of one account (RFC 7162 §3.1), each higher than all before, whatever happens to the index or the power.
 * <pre>
 * account = "ceiling " decimal LF     no MODSEQ up to here is given out again; replaced durably once for each block
 * </pre>
 * An index that is opened goes on from the ceiling. Where the file is lost it goes on from the time of day, which is higher as
 * long as there were fewer than 65,536 changes a millisecond, or from the highest one in any log.
 */
final class Modseqs {
    private static final long BLOCK = 65_536;
    private static final Pattern FORM = Pattern.compile("ceiling (\\d{1,18})\\n");

    private final AccountId account;
    private final IndexFiles files;
    private final Clock clock;
    private final Lock counter = new ReentrantLock();
    private long last;
    private long ceiling;

    Modseqs(AccountId account, IndexFiles files, Clock clock) {
        this.account = account;
        this.files = files;
        this.clock = clock;
    }

    long next() throws IOException {
        counter.lock();
        try {
            open();
            if (last == ceiling) {
                reserve();
            }
            return ++last;
        } finally {
            counter.unlock();
        }
    }

    /** No MODSEQ above this one was given out in an earlier life. */
    long last() throws IOException {
        counter.lock();
        try {
            open();
            return last;
        } finally {
            counter.unlock();
        }
    }

    private void open() throws IOException {
        if (ceiling == 0) {
            last = kept();
            ceiling = last;
        }
    }

    private void reserve() throws IOException {
        files.make(account);
        files.disk().replace(files.account(account), ("ceiling " + (last + BLOCK) + "\n").getBytes(StandardCharsets.US_ASCII));
        ceiling = last + BLOCK;
    }

    private long kept() throws IOException {
        try {
            var found = FORM.matcher(text(files.account(account)));
            if (found.matches()) {
                return Math.max(1, Long.parseLong(found.group(1)));
            }
        } catch (NoSuchFileException _) {
            // a new account, or lost
        }
        long highest = clock.millis() * BLOCK;
        for (var log : files.logs(account)) {
            highest = Math.max(highest, IndexLog.highest(log));
        }
        return highest;
    }

    private static String text(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(64), StandardCharsets.US_ASCII);
        }
    }
}
