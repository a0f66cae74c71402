package org.posthouse.diskqueue;

import java.lang.annotation.Annotation;
import java.time.Clock;
import org.posthouse.disk.Disk;

/** Queues for tests, with few spare files so that they run out. */
final class Queues {
    private Queues() {}

    static DiskQueue over(Disk disk, Clock clock, int spareFiles) {
        return new DiskQueue(new DiskQueue.Config() {
            @Override public int spare_files() {
                return spareFiles;
            }

            @Override public Class<? extends Annotation> annotationType() {
                return DiskQueue.Config.class;
            }
        }, disk, clock);
    }
}
