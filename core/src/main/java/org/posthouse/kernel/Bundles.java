package org.posthouse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Installs and starts jars in the framework, which keeps a copy of its own, and takes them out again. */
final class Bundles {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    private static final Pattern MISSING = Pattern.compile("osgi\\.wiring\\.package=([\\w.]+)");

    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final BundleContext context;
    private final Services services;
    private final AtomicInteger installed = new AtomicInteger();

    Bundles(BundleContext context, Services services) {
        this.context = context;
        this.services = services;
    }

    /** Starts a jar and constructs its services; nothing is open and nobody calls them yet. */
    Running start(Jar jar) throws BadJar {
        var bundle = install(jar);
        try {
            start(bundle);
            return new Running(jar, bundle, services.take(bundle, jar, Set.of()));
        } catch (BadJar e) {
            uninstall(bundle);
            throw e;
        }
    }

    /** An activator or an immediate component may do anything here. */
    private static void start(Bundle bundle) throws BadJar {
        try {
            Bounded.run("start", WITHIN, () -> {
                bundle.start();
                return true;
            }, () -> { });
        } catch (TimeoutException e) {
            throw new BadJar("it did not start within " + WITHIN.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new BadJar(e.getCause() instanceof BundleException why ? reason(why)
                    : "it cannot be started: " + e.getCause(), e.getCause());
        }
    }

    /** Whether it ought to have services and has none, because they refused their configuration. */
    boolean isDown(Running running) {
        return running.services().isEmpty() && services.expected(running.jar()) > 0;
    }

    /** What must go when the bundle's configuration changes, as it is before that. */
    Set<ServiceReference<?>> stale(Running running) {
        var stale = new HashSet<ServiceReference<?>>(services.references(running.bundle()));
        running.services().forEach(s -> stale.add(s.reference()));
        return stale;
    }

    /** The services after a change of the bundle's configuration. */
    Running takeAgain(Running running, Set<ServiceReference<?>> stale) throws BadJar {
        return new Running(running.jar(), running.bundle(), services.take(running.bundle(), running.jar(), stale));
    }

    void stop(Running running) {
        services.release(running.services());
        uninstall(running.bundle());
    }

    private Bundle install(Jar jar) throws BadJar {
        try (var in = Files.newInputStream(jar.file())) {
            return context.installBundle("posthouse:" + jar.name() + "@" + installed.incrementAndGet(), in);
        } catch (BundleException | IOException | IllegalArgumentException e) {
            throw new BadJar("it cannot be installed: " + e.getMessage(), e);
        }
    }

    private static void uninstall(Bundle bundle) {
        try {
            Bounded.run("stop", WITHIN, () -> {
                bundle.uninstall();
                return true;
            }, () -> { });
        } catch (TimeoutException | ExecutionException | BadJar e) {
            log.warn("cannot take out bundle={} why={}", bundle, e.toString());
        }
    }

    private static String reason(BundleException e) {
        var missing = MISSING.matcher(String.valueOf(e.getMessage()));
        return missing.find() ? "it imports " + missing.group(1) + ", which nothing here exports; embed that library in the jar"
                : "it cannot be started: " + e.getMessage();
    }
}
