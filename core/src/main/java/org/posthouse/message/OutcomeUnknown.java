package org.posthouse.message;

import java.io.IOException;

/** It may or may not have happened; trying again with the same delivery id is safe. */
public final class OutcomeUnknown extends IOException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknown(String what, Throwable cause) {
        super(what, cause);
    }
}
