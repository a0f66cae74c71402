package org.posthouse.mbox;

import java.time.Clock;
import org.posthouse.disk.Disk;
import org.posthouse.disk.Ledger;
import org.posthouse.mailbox.Validities;

/** What all folders stand on. */
record Ground(Disk disk, Clock clock, Locks locks, Ledger removed, Validities validities) {}
