package org.posthouse.swap;

import java.io.IOException;

/** One use of a plugin. */
@FunctionalInterface
public interface Call<T, R, X extends Exception> {
    R on(T plugin) throws IOException, X;
}
