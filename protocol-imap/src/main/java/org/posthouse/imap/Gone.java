package org.posthouse.imap;

import java.io.IOException;

/** The client is gone, or cannot be spoken with any more: the session ends. */
final class Gone extends IOException {
    private static final long serialVersionUID = 1L;

    Gone(String why) {
        super(why);
    }

    Gone(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
