package org.posthouse.imap;

import java.lang.annotation.Annotation;
import org.posthouse.indexed.IndexedMailboxes;

/** The engine's settings in tests. */
final class EngineConfig implements IndexedMailboxes.Config {
    @Override
    public String[] special_use() {
        return new String[] {"Sent=Sent", "Drafts=Drafts", "Trash=Trash"};
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return IndexedMailboxes.Config.class;
    }
}
