package org.posthouse.indexed;

import java.lang.annotation.Annotation;

/** Settings as tests want them. */
final class Configs {
    private Configs() {}

    static IndexedMailboxes.Config usual() {
        return new IndexedMailboxes.Config() {
            @Override
            public String[] special_use() {
                return new String[] {"Sent=Sent", "Trash=Trash"};
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return IndexedMailboxes.Config.class;
            }
        };
    }
}
