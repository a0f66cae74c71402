package org.posthouse.mailbox;

import java.io.IOException;

/** A folder of that name cannot exist in this store, today or ever: too long, an empty level, a control character. */
public final class BadFolderName extends IOException {
    private static final long serialVersionUID = 1L;

    public BadFolderName(String name, String why) {
        super("'" + name + "' cannot be a folder: " + why);
    }
}
