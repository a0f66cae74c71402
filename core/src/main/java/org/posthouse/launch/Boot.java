package org.posthouse.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.jar.JarFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.LoggerFactory;

/**
 * The framework with the bundles of {@code lib/}. Core's activator does the rest; it and the launcher tell each other no
 * more than these names: framework properties {@code posthouse.home}, {@code posthouse.program}, {@code posthouse.mode}
 * ({@code run} or {@code command}) and {@code posthouse.command} (its words, separated by NUL), and back the system property
 * {@code posthouse.exit}, the exit status, set before the framework stops.
 */
final class Boot {
    /** On the class path, where the framework takes them from. */
    private static final Set<String> OF_THE_LAUNCHER =
            Set.of("org.apache.felix.framework", "slf4j.api", "ch.qos.logback.core", "ch.qos.logback.classic");
    private static final String CORE = "org.posthouse.core";

    private final Path program;
    private final Framework framework;

    /** @param command the words of a command to run instead of serving; empty to serve */
    Boot(Path program, Path home, List<String> command) {
        this.program = program;
        var properties = new HashMap<String, String>();
        properties.put(Constants.FRAMEWORK_STORAGE, home.resolve("var/cache/felix").toString());
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, slf4j());
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.misc");
        properties.put("felix.log.level", "1");
        properties.put("posthouse.home", home.toString());
        properties.put("posthouse.program", program.toString());
        properties.put("posthouse.mode", command.isEmpty() ? "run" : "command");
        properties.put("posthouse.command", String.join("\0", command));
        framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow().newFramework(Map.copyOf(properties));
    }

    /** All bundles see one slf4j, the launcher's. */
    private static String slf4j() {
        return "org.slf4j;org.slf4j.event;org.slf4j.helpers;org.slf4j.spi;version="
                + LoggerFactory.class.getPackage().getImplementationVersion();
    }

    /** Starts all that resolve; core, which must and may use all the others, comes last. */
    void start() throws BundleException, IOException {
        framework.init();
        framework.start();
        var bundles = new ArrayList<Bundle>();
        for (Path jar : jars()) {
            bundles.add(framework.getBundleContext().installBundle("reference:" + jar.toUri()));
        }
        framework.adapt(FrameworkWiring.class).resolveBundles(bundles);
        for (Bundle bundle : bundles) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            if (!fragment && bundle.getState() == Bundle.RESOLVED || bundle.getSymbolicName().equals(CORE)) {
                bundle.start();
            }
        }
    }

    private List<Path> jars() throws IOException {
        var jars = new ArrayList<Path>();
        var core = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(program.resolve("lib"), "*.jar")) {
            for (Path file : files) {
                String name = symbolicName(file);
                if (name.equals(CORE)) {
                    core.add(file);
                } else if (!name.isEmpty() && !OF_THE_LAUNCHER.contains(name)) {
                    jars.add(file);
                }
            }
        }
        jars.sort(null);
        jars.addAll(core);
        return jars;
    }

    private static String symbolicName(Path file) throws IOException {
        try (var jar = new JarFile(file.toFile(), false)) {
            var manifest = jar.getManifest();
            var name = manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            return name == null ? "" : name.split(";")[0].strip();
        }
    }

    /** Returns when the framework has stopped: the exit status that core left. */
    int waitForEnd() throws InterruptedException {
        framework.waitForStop(0);
        return Integer.getInteger("posthouse.exit", 0);
    }

    /** Ends everything; false when it takes longer than this. */
    boolean stop(long millis) throws BundleException, InterruptedException {
        framework.stop();
        return framework.waitForStop(millis).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }
}
