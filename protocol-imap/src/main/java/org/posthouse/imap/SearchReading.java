package org.posthouse.imap;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Mail;

/**
 * Reads messages to see whether they fit a plan, several side by side. All searches of the server share the permits to do so, for
 * each reader holds a buffer.
 */
final class SearchReading {
    private static final int BATCH = 16;
    private static final int MOST_READERS = Runtime.getRuntime().availableProcessors();
    private static final long LOOK_EVERY_MILLIS = 100;
    private static final long TURN_NANOS = 200_000_000; // then others who wait read on

    private final AccountSession session;
    private final String folder;
    private final SearchPlan plan;
    private final List<Mail> mails;
    private final boolean[] fits; // each written by one reader
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    SearchReading(AccountSession session, String folder, SearchPlan plan, List<Mail> mails) {
        this.session = session;
        this.folder = folder;
        this.plan = plan;
        this.mails = mails;
        this.fits = new boolean[mails.size()];
    }

    /**
     * Indexes of those that fit; what is gone does not.
     *
     * @param abandoned whether nobody waits for the result any more; asked by the calling thread now and then
     * @throws Gone when it was abandoned
     */
    BitSet run(Semaphore permits, BooleanSupplier abandoned) throws IOException {
        int readers = acquire(permits, abandoned);
        var done = new CountDownLatch(readers);
        for (int i = 0; i < readers; i++) {
            Thread.ofVirtual().name("search " + folder).start(() -> {
                try {
                    readAll(permits);
                } catch (IOException | RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                    stopped = true;
                } finally {
                    permits.release();
                    done.countDown();
                }
            });
        }
        waitFor(done, abandoned);
        return result();
    }

    /** One, however long that takes, and those that are free beside it. */
    private int acquire(Semaphore permits, BooleanSupplier abandoned) throws IOException {
        try {
            while (!permits.tryAcquire(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                if (abandoned.getAsBoolean()) {
                    throw new Gone("nobody waits for the search");
                }
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        int readers = 1;
        while (readers < Math.min(MOST_READERS, mails.size()) && permits.tryAcquire()) {
            readers++;
        }
        return readers;
    }

    private static Gone interrupted() {
        Thread.currentThread().interrupt();
        return new Gone("the server is shutting down");
    }

    private void waitFor(CountDownLatch done, BooleanSupplier abandoned) throws IOException {
        try {
            while (!done.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                if (abandoned.getAsBoolean()) {
                    throw new Gone("nobody waits for the search");
                }
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            stopped = true;
        }
    }

    private BitSet result() throws IOException {
        switch (failure.get()) {
            case null -> { }
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        var found = new BitSet();
        for (int i = 0; i < fits.length; i++) {
            found.set(i, fits[i]);
        }
        return found;
    }

    /** One reader's work. */
    private void readAll(Semaphore permits) throws IOException {
        var pace = new Pace();
        var text = text(pace);
        long turn = System.nanoTime();
        for (int from = next.getAndAdd(BATCH); from < mails.size() && !stopped; from = next.getAndAdd(BATCH)) {
            var batch = mails.subList(from, Math.min(mails.size(), from + BATCH));
            Map<Long, Digest> digests = plan.fields().isEmpty() ? Map.of() : session.digests(folder, batch);
            for (int i = 0; i < batch.size() && !stopped; i++) {
                if (System.nanoTime() - turn > TURN_NANOS && permits.hasQueuedThreads()) {
                    text = null; // its buffer is what permits are for
                    permits.release();
                    permits.acquireUninterruptibly();
                    text = text(pace);
                    turn = System.nanoTime();
                }
                var candidate = new Candidate(plan, batch.get(i), pace);
                var digest = digests.get(batch.get(i).uid());
                fits[from + i] = fits(digest == null ? candidate : candidate.look(digest), text);
                pace.went(plan.needles().size() * batch.get(i).size());
            }
        }
    }

    private MailText text(Pace pace) {
        return new MailText(session, folder, new Finder(plan.needles()), pace, () -> stopped);
    }

    private boolean fits(Candidate candidate, MailText text) throws IOException {
        try {
            text.open(candidate.mail());
            if (candidate.lookAtHeader(text).answer() == Answer.UNKNOWN) {
                candidate.lookAtBody(text);
            }
            return candidate.answer() == Answer.YES;
        } catch (NoSuchFileException _) {
            return false; // it is gone
        }
    }
}
