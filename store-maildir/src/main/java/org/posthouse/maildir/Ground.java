package org.posthouse.maildir;

import java.time.Clock;
import org.posthouse.disk.Disk;

/** What all folders stand on. {@code host} is this machine in file names and locks. */
record Ground(Disk disk, Clock clock, String host) {}
