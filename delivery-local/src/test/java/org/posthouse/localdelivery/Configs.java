package org.posthouse.localdelivery;

import java.lang.annotation.Annotation;
import org.posthouse.indexed.IndexedMailboxes;
import org.posthouse.maildir.MaildirStore;

/** Settings for tests. */
final class Configs {
    private Configs() {}

    static LocalDelivery.Config deliveredTo(boolean deliveredTo) {
        return new LocalDelivery.Config() {
            @Override
            public boolean delivered_to() {
                return deliveredTo;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return LocalDelivery.Config.class;
            }
        };
    }

    static MaildirStore.Config maildir(String lineEnds) {
        return new MaildirStore.Config() {
            @Override
            public String location() {
                return "%h/Maildir";
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

    static IndexedMailboxes.Config indexed() {
        return new IndexedMailboxes.Config() {
            @Override
            public String[] special_use() {
                return new String[0];
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return IndexedMailboxes.Config.class;
            }
        };
    }
}
