package org.posthouse.kernel;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator what happens to bundles: log, trace, metrics, and the last trouble of each name for {@code bundle list}. */
final class Reports {
    private static final Logger log = LoggerFactory.getLogger("kernel");

    private final Trace trace;
    private final Metrics metrics;
    private final Map<String, String> troubles = new ConcurrentSkipListMap<>();

    Reports(Trace trace, Metrics metrics) {
        this.trace = trace;
        this.metrics = metrics;
    }

    Map<String, String> troubles() {
        return troubles;
    }

    void started(Jar jar) {
        troubles.remove(jar.name());
        log.info("started bundle={} version={} file={}", jar.name(), jar.version(), jar.file());
        tell("started", jar, null, null);
    }

    void stopped(Jar jar) {
        log.info("stopped bundle={} version={}", jar.name(), jar.version());
        tell("stopped", jar, null, null);
    }

    void replaced(Jar old, Jar fresh) {
        troubles.remove(fresh.name());
        log.info("swapped bundle={} from={} to={} file={}", fresh.name(), old.version(), fresh.version(), fresh.file());
        tell("swapped", fresh, old.version(), null);
    }

    void passed(Jar fresh) {
        log.info("passed probation bundle={} version={}", fresh.name(), fresh.version());
        tell("passed", fresh, null, null);
    }

    void rolledBack(Jar fresh, Jar proven, Throwable why) {
        troubles.put(fresh.name(), fresh.file() + " (" + fresh.version() + ") was rolled back: " + why);
        log.error("rolled back bundle={} version={} to={} file={} why={}", fresh.name(), fresh.version(), proven.version(),
                fresh.file(), String.valueOf(why), why);
        tell("rolled-back", fresh, proven.version(), String.valueOf(why));
    }

    /** @param stays the version that goes on running, if any */
    void refused(Jar jar, Optional<String> stays, String why) {
        troubles.put(jar.name(), jar.file() + " (" + jar.version() + ") does not run: " + why);
        log.error("refused bundle={} version={} file={} stays={} why={}", jar.name(), jar.version(), jar.file(),
                stays.orElse("none"), why);
        tell("refused", jar, null, why);
    }

    /** What is held could not be opened again; callers wait. */
    void closed(Taken<?> service, String why) {
        troubles.put(service.name(), service.version() + " is closed and will be tried again: " + why);
        log.error("closed bundle={} why={}", service.version(), why);
    }

    void opened(Taken<?> service) {
        troubles.remove(service.name());
        log.info("opened bundle={}", service.version());
    }

    void unreadable(String file, String why) {
        log.error("refused file={} why={}", file, why);
        metrics.count("bundle_events", "what", "unreadable", "bundle", file);
        trace.event("kernel", "refused", "file", file, "why", why);
    }

    private void tell(String what, Jar jar, Object from, String why) {
        metrics.count("bundle_events", "what", what, "bundle", jar.name());
        trace.event("kernel", what, "bundle", jar.name(), "version", jar.version(), "from", from, "file", jar.file().getFileName(),
                "why", why);
    }
}
