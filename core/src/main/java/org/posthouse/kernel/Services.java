package org.posthouse.kernel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.posthouse.swap.Slot;
import org.posthouse.swap.Version;

/**
 * The framework's service registry seen as kinds: takes the services a bundle registers, and tells the kinds when one goes. The
 * listener itself only lets go and never waits; whoever swaps or reloads takes what has come.
 */
final class Services implements ServiceListener {
    private static final Duration UP_WITHIN = Duration.ofSeconds(5);
    private static final long LOOK_EVERY_MILLIS = 5;

    /** A service in use. */
    record Taken<T>(Kind<T> kind, String name, Version<T> version, ServiceReference<?> reference) {
        Slot<T> slot() {
            return kind.plugins().place(name);
        }

        void depart() {
            kind.plugins().depart(version.service());
        }

        /** All calls go to it from now on. */
        void serve() {
            slot().serve(version);
        }

        /** Whether the framework still has it. */
        boolean registered() {
            return reference.getBundle() != null;
        }

        boolean samePlace(Taken<?> other) {
            return kind == other.kind && name.equals(other.name);
        }
    }

    private final BundleContext context;
    private final Map<String, Kind<?>> kinds;
    private final Map<ServiceReference<?>, Taken<?>> taken = new ConcurrentHashMap<>();

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
                gone.depart();
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
        long expected = jar.services().stream().filter(kinds::containsKey).count();
        long deadline = System.nanoTime() + UP_WITHIN.toNanos();
        var references = fresh(bundle, stale);
        while (references.size() < expected) {
            var why = stale.isEmpty() ? failure(bundle) : Optional.<String>empty();
            if (why.isPresent() || System.nanoTime() > deadline) {
                throw new BadJar(why.orElse("its component did not come up: a service it needs is not there"));
            }
            pause();
            references = fresh(bundle, stale);
        }
        var now = new ArrayList<Taken<?>>();
        for (var reference : references) {
            now.add(take(reference, jar));
        }
        return List.copyOf(now);
    }

    private List<ServiceReference<?>> fresh(Bundle bundle, Set<ServiceReference<?>> stale) {
        return references(bundle).stream().filter(r -> !stale.contains(r)).toList();
    }

    /** What the bundle has registered of our kinds, taken or not. */
    List<ServiceReference<?>> references(Bundle bundle) {
        var registered = bundle.getRegisteredServices();
        return registered == null ? List.of()
                : Arrays.<ServiceReference<?>>stream(registered).filter(r -> kind(r).isPresent()).toList();
    }

    private Optional<Kind<?>> kind(ServiceReference<?> reference) {
        return Arrays.stream((String[]) reference.getProperty(Constants.OBJECTCLASS))
                .<Kind<?>>mapMulti((type, found) -> {
                    if (kinds.containsKey(type)) {
                        found.accept(kinds.get(type));
                    }
                }).findFirst();
    }

    private Taken<?> take(ServiceReference<?> reference, Jar jar) throws BadJar {
        return take(kind(reference).orElseThrow(), reference, jar);
    }

    private <T> Taken<T> take(Kind<T> kind, ServiceReference<?> reference, Jar jar) throws BadJar {
        var service = construct(kind.type(), reference);
        var properties = new HashMap<String, String>();
        for (var key : reference.getPropertyKeys()) {
            properties.put(key, String.valueOf(reference.getProperty(key)));
        }
        var name = kind.named().apply(new Kind.Named<>(service, jar.name()));
        var found = new Taken<>(kind, name, new Version<>(service, properties, jar.label()), reference);
        taken.put(reference, found);
        return found;
    }

    /** DS constructs a component when it is first asked for it; a constructor may hang. */
    private <T> T construct(Class<T> type, ServiceReference<?> reference) throws BadJar {
        var task = new FutureTask<Object>(() -> context.getService(reference));
        var thread = Thread.ofPlatform().daemon().name("construct").start(task);
        try {
            var service = task.get(UP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            if (service == null) {
                throw new BadJar(failure(reference.getBundle()).orElse("its component could not be constructed"));
            }
            return type.cast(service);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new BadJar("its constructor did not return within " + UP_WITHIN.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new BadJar("its constructor failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadJar("the server is shutting down", e);
        }
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
            taken.remove(service.reference());
            context.ungetService(service.reference());
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
