package org.posthouse.maildir;

import java.lang.annotation.Annotation;
import java.time.Clock;
import org.posthouse.disk.Disk;
import org.posthouse.net.FixedSite;

/** Stores for tests. */
final class Stores {
    private Stores() {}

    static MaildirStore over(Disk disk) {
        return over(disk, "mail/%d/%n/Maildir", "lf", Clock.systemUTC());
    }

    static MaildirStore over(Disk disk, String location, String lineEnds, Clock clock) {
        return new MaildirStore(config(location, lineEnds), disk, new FixedSite("mx.example.test", "example.test"), clock);
    }

    static MaildirStore.Config config(String location, String lineEnds) {
        return new MaildirStore.Config() {
            @Override
            public String location() {
                return location;
            }

            @Override
            public String line_ends() {
                return lineEnds;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return MaildirStore.Config.class;
            }
        };
    }
}
