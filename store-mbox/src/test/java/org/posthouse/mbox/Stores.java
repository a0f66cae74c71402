package org.posthouse.mbox;

import java.lang.annotation.Annotation;
import java.time.Clock;
import org.posthouse.disk.Disk;
import org.posthouse.net.FixedSite;

/** Stores for tests. */
final class Stores {
    private Stores() {}

    static MboxStore over(Disk disk) {
        return over(disk, "%h/mbox", "10s");
    }

    static MboxStore over(Disk disk, String inbox, String lockWait) {
        return new MboxStore(config(inbox, lockWait), disk, new FixedSite("mx.example.test", "example.test"), Clock.systemUTC());
    }

    static MboxStore.Config config(String inbox, String lockWait) {
        return new MboxStore.Config() {
            @Override
            public String inbox() {
                return inbox;
            }

            @Override
            public String folders() {
                return "%h/folders";
            }

            @Override
            public String lock_wait() {
                return lockWait;
            }

            @Override
            public String stale_after() {
                return "5m";
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return MboxStore.Config.class;
            }
        };
    }
}
