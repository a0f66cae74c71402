package org.posthouse.mbox;

import java.time.Clock;
import org.posthouse.disk.Disk;
import org.posthouse.disk.Ledger;

/** What all folders stand on. */
record Ground(Disk disk, Clock clock, Locks locks, Ledger removed) {}
