package org.posthouse.kernel;

import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

/** Takes versions out that get no new calls, once nobody uses them: what a session may still load classes from must stay. */
final class Retirement {
    /** For those who were asked to end, and again for those who were cut off. */
    private static final Duration LAST_CHANCE = Duration.ofSeconds(10);

    private final Bundles bundles;
    private final Lock kernel;
    private final Consumer<Object> cut;
    private volatile Duration drain = Duration.ofMinutes(10);

    /** @param cut closes the connections that this protocol serves */
    Retirement(Bundles bundles, Lock kernel, Consumer<Object> cut) {
        this.bundles = bundles;
        this.kernel = kernel;
        this.cut = cut;
    }

    /** How long those who use an old version may go on before they are asked to end. */
    void drain(Duration longest) {
        drain = longest;
    }

    void begin(Running old) {
        Thread.ofVirtual().name("retire " + old.jar().label()).start(() -> {
            try {
                for (var service : old.services()) {
                    awaitEnd(service);
                }
            } catch (InterruptedException _) {
                return; // shutting down: the framework stops it
            }
            kernel.lock();
            try {
                bundles.stop(old);
            } finally {
                kernel.unlock();
            }
        });
    }

    private <T> void awaitEnd(Taken<T> service) throws InterruptedException {
        var slot = service.slot();
        if (slot.awaitIdle(service.version(), drain)) {
            return;
        }
        slot.askToEnd(service.version());
        if (!slot.awaitIdle(service.version(), LAST_CHANCE)) {
            cut.accept(service.version().service());
            slot.awaitIdle(service.version(), LAST_CHANCE);
        }
    }
}
