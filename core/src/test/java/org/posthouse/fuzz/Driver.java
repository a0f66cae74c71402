package org.posthouse.fuzz;

import org.junit.platform.commons.support.ReflectionSupport;

/** What Jazzer calls: static methods, found by their names. */
public final class Driver {
    private static final int WITH_HOOKS = 8; // Jazzer's, around each comparison: 1,300 octets are within the bound of 1.6 MB without, and take 7 MB with them
    private static Watch watch;

    private Driver() {}

    /** @param arguments the target's class */
    public static void fuzzerInitialize(String[] arguments) throws ClassNotFoundException {
        watch = new Watch((FuzzTarget) ReflectionSupport.newInstance(Class.forName(arguments[0])), WITH_HOOKS);
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        watch.take(input);
    }
}
