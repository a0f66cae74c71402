package org.posthouse.swap;

import java.time.Duration;
import java.util.Optional;
import org.posthouse.message.Unavailable;

/** A version in use by one call or connection. */
final class Held<T> implements Lease<T> {
    private static final Duration INSTEAD_WITHIN = Duration.ofSeconds(5);

    private final Slot<T> slot;
    private final Version<T> version;
    private final boolean onTrial;
    private final Runnable whenAskedToEnd;

    Held(Slot<T> slot, Version<T> version, boolean onTrial, Runnable whenAskedToEnd) {
        this.slot = slot;
        this.version = version;
        this.onTrial = onTrial;
        this.whenAskedToEnd = whenAskedToEnd;
    }

    Version<T> version() {
        return version;
    }

    /** Whether its probation was not over when the call began; whatever ends it meanwhile, the call may be repeated. */
    boolean onTrial() {
        return onTrial;
    }

    @Override
    public T plugin() {
        return version.service();
    }

    @Override
    public void succeeded() {
        slot.succeeded(version);
    }

    @Override
    public void failed(Throwable why) {
        slot.failed(version, why);
    }

    @Override
    public Optional<Lease<T>> instead() throws Unavailable {
        return slot.acquireInstead(this, INSTEAD_WITHIN, whenAskedToEnd).map(l -> l);
    }

    void askToEnd() {
        whenAskedToEnd.run();
    }

    @Override
    public void close() {
        slot.release(this);
    }
}
