package org.posthouse.kernel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.posthouse.swap.Version;

/**
 * The framework's service registry seen as kinds: takes the services a bundle registers, and tells the kinds when one goes. The
 * listener itself only lets go and never waits; whoever swaps or reloads takes what has come.
 */
final class Services implements ServiceListener {
    private static final Duration UP_WITHIN = Duration.ofSeconds(5);
    private static final long LOOK_EVERY_MILLIS = 5;

    /** What a reference was exchanged for, and what it calls itself. */
    private record Made<T>(T service, String name) {}

    private final BundleContext context;
    private final Map<String, Kind<?>> kinds;
    private final Map<ServiceReference<?>, List<Taken<?>>> taken = new ConcurrentHashMap<>();

    Services(BundleContext context, List<Kind<?>> kinds) {
        this.context = context;
        var byType = new HashMap<String, Kind<?>>();
        kinds.forEach(kind -> byType.put(kind.type().getName(), kind));
        this.kinds = Map.copyOf(byType);
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.UNREGISTERING) {
            var gone = taken.remove(event.getServiceReference());
            if (gone != null) {
                gone.forEach(Taken::depart);
            }
        }
    }

    /**
     * All services of kinds that the bundle's components provide, constructed.
     *
     * @param stale references it had before its configuration changed: they must be replaced by others
     * @throws BadJar when one does not come up in time, with the reason as far as it is known
     */
    List<Taken<?>> take(Bundle bundle, Jar jar, Set<ServiceReference<?>> stale) throws BadJar {
        long expected = expected(jar);
        long deadline = System.nanoTime() + UP_WITHIN.toNanos();
        var references = fresh(bundle, stale);
        while (references.stream().mapToLong(r -> kinds(r).size()).sum() < expected) {
            var why = stale.isEmpty() ? failure(bundle) : Optional.<String>empty();
            if (why.isPresent() || System.nanoTime() > deadline) {
                throw new BadJar(why.orElse("its component did not come up: a service it needs is not there"));
            }
            pause();
            references = fresh(bundle, stale);
        }
        var all = new ArrayList<Taken<?>>();
        for (var reference : references) {
            var some = new ArrayList<Taken<?>>();
            for (var kind : kinds(reference)) {
                some.add(take(kind, reference, jar));
            }
            taken.put(reference, List.copyOf(some));
            all.addAll(some);
        }
        return List.copyOf(all);
    }

    /** How many services of our kinds its components say they provide. */
    long expected(Jar jar) {
        return jar.services().stream().filter(kinds::containsKey).count();
    }

    private List<ServiceReference<?>> fresh(Bundle bundle, Set<ServiceReference<?>> stale) {
        return references(bundle).stream().filter(r -> !stale.contains(r)).toList();
    }

    /** What the bundle has registered of our kinds, taken or not. */
    List<ServiceReference<?>> references(Bundle bundle) {
        var registered = bundle.getRegisteredServices();
        return registered == null ? List.of()
                : Arrays.<ServiceReference<?>>stream(registered).filter(r -> !kinds(r).isEmpty()).toList();
    }

    private List<Kind<?>> kinds(ServiceReference<?> reference) {
        return Arrays.stream((String[]) reference.getProperty(Constants.OBJECTCLASS)).filter(kinds::containsKey)
                .<Kind<?>>map(kinds::get).toList();
    }

    private <T> Taken<T> take(Kind<T> kind, ServiceReference<?> reference, Jar jar) throws BadJar {
        var made = construct(kind, reference, jar);
        var properties = new HashMap<String, String>();
        for (var key : reference.getPropertyKeys()) {
            properties.put(key, String.valueOf(reference.getProperty(key)));
        }
        return new Taken<>(kind, made.name(), new Version<>(made.service(), properties, jar.label()), reference);
    }

    /** DS constructs a component when it is first asked for it; a constructor may hang. */
    private <T> Made<T> construct(Kind<T> kind, ServiceReference<?> reference, Jar jar) throws BadJar {
        try {
            return Bounded.run("construct", UP_WITHIN, () -> made(kind, reference, jar), () -> { });
        } catch (TimeoutException e) {
            throw new BadJar("its constructor did not return within " + UP_WITHIN.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BadJar bad) {
                throw bad;
            }
            throw new BadJar("its constructor failed: " + e.getCause(), e.getCause());
        }
    }

    private <T> Made<T> made(Kind<T> kind, ServiceReference<?> reference, Jar jar) throws BadJar {
        Object service = context.getService(reference);
        if (service == null) {
            throw new BadJar(failure(reference.getBundle()).orElse("its component could not be constructed"));
        }
        if (!kind.type().isInstance(service)) {
            throw new BadJar("it has a " + kind.type().getName() + " of its own; do not embed what core exports");
        }
        T typed = kind.type().cast(service);
        return new Made<>(typed, Objects.requireNonNull(kind.named().apply(new Kind.Named<>(typed, jar.name())), "no name"));
    }

    /** What DS knows of a component that failed. */
    private Optional<String> failure(Bundle bundle) {
        var reference = context.getServiceReference(ServiceComponentRuntime.class);
        if (bundle == null || reference == null) {
            return Optional.empty();
        }
        var runtime = context.getService(reference);
        return runtime.getComponentDescriptionDTOs(bundle).stream()
                .flatMap(d -> runtime.getComponentConfigurationDTOs(d).stream())
                .filter(c -> c.failure != null).map(c -> rootCause(c.failure)).findFirst();
    }

    /** The last exception a stack trace names, without its frames. */
    private static String rootCause(String trace) {
        var lines = trace.lines().filter(l -> !l.startsWith("\t")).toList();
        return "its constructor failed: " + lines.getLast().replaceFirst("^Caused by: ", "");
    }

    /** Lets a bundle's services go before it is stopped. */
    void release(List<Taken<?>> services) {
        for (var service : services) {
            service.depart();
            if (taken.remove(service.reference()) != null) {
                context.ungetService(service.reference());
            }
        }
    }

    private static void pause() throws BadJar {
        try {
            Thread.sleep(LOOK_EVERY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadJar("the server is shutting down", e);
        }
    }
}
