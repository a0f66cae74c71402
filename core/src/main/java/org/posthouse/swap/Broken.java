package org.posthouse.swap;

import java.io.IOException;

/** A plugin threw what no interface allows: a bug in it, named by its cause. */
public final class Broken extends IOException {
    private static final long serialVersionUID = 1L;

    Broken(String plugin, Throwable cause) {
        super(plugin + " failed: " + cause, cause);
    }
}
