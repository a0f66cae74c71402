package org.posthouse.queue;

/** Hears how a route is found, step by step, for {@code posthouse route}. */
interface Steps {
    Steps NONE = (_, _) -> { };

    /** @param form as in {@link String#format} */
    void step(String form, Object... parts);
}
