package org.posthouse.swap;

import java.io.IOException;
import java.time.Duration;

/** A plugin did not answer within its budget; the call was interrupted and left alone. */
public final class Overdue extends IOException {
    private static final long serialVersionUID = 1L;

    Overdue(String plugin, Duration budget) {
        super(plugin + " did not answer within " + budget.toMillis() + " ms");
    }
}
