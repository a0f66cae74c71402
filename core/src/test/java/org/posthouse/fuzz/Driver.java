package org.posthouse.fuzz;

import org.junit.platform.commons.support.ReflectionSupport;

/** What Jazzer calls: static methods, found by their names. */
public final class Driver {
    private static Watch watch;

    private Driver() {}

    /** @param arguments the target's class */
    public static void fuzzerInitialize(String[] arguments) throws ClassNotFoundException {
        watch = new Watch((FuzzTarget) ReflectionSupport.newInstance(Class.forName(arguments[0])));
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        watch.take(input);
    }
}
