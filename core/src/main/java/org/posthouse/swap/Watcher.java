package org.posthouse.swap;

/** Hears how probations end. Called without locks, possibly from the thread of a call: it must return at once. */
public interface Watcher<T> {
    /** The fresh version has proved itself; the one before can go once nobody holds it. */
    void passed(String name, Version<T> fresh, Version<T> before);

    /** The fresh version failed; calls go to the one before again, or wait until it is handed back what it holds. */
    void failed(String name, Version<T> fresh, Version<T> before, Throwable why);
}
