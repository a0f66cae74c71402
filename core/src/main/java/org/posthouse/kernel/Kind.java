package org.posthouse.kernel;

import java.util.function.Function;
import org.posthouse.swap.Plugins;

/**
 * One interface that bundles implement, with the place where its plugins are found.
 *
 * @param type    the interface exported by core
 * @param plugins where the rest of core finds them
 * @param named   what a service calls itself; most bear the name of their bundle
 * @param swap    how one version takes the place of another
 */
record Kind<T>(Class<T> type, Plugins<T> plugins, Function<Named<T>, String> named, Swap swap) {
    /** Side by side with probation; handed over, because only one may hold what it manages; or at once, where no mail is at stake. */
    enum Swap { BESIDE, HANDOVER, AT_ONCE }

    /** A service with the name of the bundle it came from. */
    record Named<T>(T service, String bundle) {}

    static <T> Kind<T> of(Class<T> type, Plugins<T> plugins, Swap swap) {
        return new Kind<>(type, plugins, Named::bundle, swap);
    }
}
