package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.DeliveryId;

/** Other programs hold the file for a while. */
class LocksTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");

    @TempDir Path home;

    private Path mbox;
    private Path dotLock;
    private MboxStore store;

    @BeforeEach
    void start() throws IOException {
        mbox = home.resolve("var/mail/example.test/ann/mbox");
        dotLock = mbox.resolveSibling("mbox.lock");
        store = Stores.over(new HomeDisk(home), "%h/mbox", "300ms");
        add("a.1");
    }

    private void add(String id) throws IOException {
        store.add(INBOX, new DeliveryId(id), Letter.of("Subject: " + id + "\n\nx\n"), Set.of(), Instant.now());
    }

    @Test
    void anInterruptDoesNotEndAChangeInItsMiddle() throws Exception {
        for (int i = 2; i < 40; i++) {
            int uid = i;
            var worker = Thread.ofPlatform().start(() -> {
                try {
                    add("a." + uid);
                    store.record(INBOX, store.scan(INBOX).stream().map(Entry::key).toList());
                } catch (IOException _) {
                    return; // it was interrupted before it began
                }
            });
            Thread.sleep(i % 8);
            worker.interrupt();
            worker.join();
            assertFalse(Files.exists(home.resolve("var/mail/example.test/ann/mbox-state/INBOX.journal")));
            assertEquals(store.scan(INBOX).size(), Files.readAllLines(mbox).stream().filter(l -> l.startsWith("From ")).count());
        }
    }

    @Test
    void aDotLockIsWaitedForAndKeepsReadersGoing() throws Exception {
        Files.writeString(dotLock, "1:elsewhere.example");
        var late = assertThrows(Unavailable.class, () -> add("a.2"));
        assertTrue(late.getMessage().contains("mbox"), late.getMessage());
        assertEquals(1, store.scan(INBOX).size());
        Files.delete(dotLock);
        add("a.2");
        assertFalse(Files.exists(dotLock));
        assertEquals(2, store.scan(INBOX).size());
    }

    @Test
    void theDotLockOfADeadProcessOrAnOldOneIsTakenAway() throws Exception {
        Files.writeString(dotLock, deadProcess() + ":mx.example.test");
        add("a.2");
        Files.writeString(dotLock, deadProcess() + "\n");
        add("a.3");
        Files.writeString(dotLock, "0");
        assertThrows(Unavailable.class, () -> add("a.4"));
        Files.setLastModifiedTime(dotLock, FileTime.from(Instant.now().minusSeconds(301)));
        add("a.4");
        Files.writeString(dotLock, ProcessHandle.current().parent().orElseThrow().pid() + ":mx.example.test");
        assertThrows(Unavailable.class, () -> add("a.5"));
    }

    private static long deadProcess() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }

    @Test
    void anotherProgramsFcntlLockIsWaitedFor() throws Exception {
        try (var other = new Other("w")) {
            assertThrows(Unavailable.class, () -> add("a.2"));
            assertFalse(Files.exists(dotLock));
            store.open();
            assertThrows(Unavailable.class, () -> store.scan(INBOX));
        }
        add("a.2");
        try (var other = new Other("r")) {
            store.open();
            assertEquals(2, store.scan(INBOX).size());
            assertThrows(Unavailable.class, () -> add("a.3"));
        }
        add("a.3");
        assertEquals(3, store.scan(INBOX).size());
    }

    /** Holds the fcntl lock until its input ends. */
    private final class Other implements AutoCloseable {
        private final Process process;

        Other(String how) throws IOException {
            process = new ProcessBuilder("perl", "-e", """
                    use Fcntl; open(F, "+<", $ARGV[0]) or die; my $l = pack("s s l! l! i", $ARGV[1] eq "w" ? F_WRLCK : F_RDLCK, 0, 0, 0, 0);
                    fcntl(F, F_SETLK, $l) or die; print "held\\n"; close STDOUT; <STDIN>;
                    """, mbox.toString(), how).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            assertEquals("held", process.inputReader().readLine());
        }

        @Override
        public void close() throws IOException, InterruptedException {
            process.getOutputStream().close();
            process.waitFor();
        }
    }

    @Test
    void whereNoDotLockCanBeMadeTheOtherLockHasToDo() throws Exception {
        var directory = mbox.getParent();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        try {
            add("a.2");
            assertEquals(2, store.scan(INBOX).size());
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void anMboxThatIsReplacedWhileItIsWaitedForIsOpenedAnew() throws Exception {
        var waiting = new ArrayList<Future<?>>();
        try (var other = new Other("w"); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            waiting.add(threads.submit(() -> {
                add("a.2");
                return null;
            }));
            Thread.sleep(50); // it may as well come later
            var beside = Files.copy(mbox, mbox.resolveSibling("beside"));
            Files.move(beside, mbox, StandardCopyOption.REPLACE_EXISTING);
            other.close();
        }
        waiting.getFirst().get();
        store.open();
        assertEquals(List.of("pa.1", "pa.2"), store.scan(INBOX).stream().map(e -> e.key()).toList());
    }
}
