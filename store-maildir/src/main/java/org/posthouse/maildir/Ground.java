package org.posthouse.maildir;

import java.time.Clock;
import java.time.Duration;
import org.posthouse.disk.Disk;
import org.posthouse.disk.DotLocks;
import org.posthouse.disk.Ledger;
import org.posthouse.mailbox.Validities;

/** What all folders stand on. {@code host} is this machine in file names and locks. */
record Ground(Disk disk, Clock clock, String host, DotLocks locks, Ledger removed, Validities validities) {
    /** How long a delivery may be tried again and must not be stored twice. */
    static final Duration RETRIED = Duration.ofDays(7);

    private static final Duration STALE_LOCK = Duration.ofSeconds(60);

    Ground(Disk disk, Clock clock, String host) {
        this(disk, clock, host, new DotLocks(disk, clock, host, STALE_LOCK), new Ledger(disk, clock, RETRIED),
                new Validities(disk, clock));
    }
}
