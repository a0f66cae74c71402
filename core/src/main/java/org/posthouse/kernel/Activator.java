package org.posthouse.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.posthouse.auth.UserCommand;
import org.posthouse.config.CheckCommand;
import org.posthouse.config.ConfigCommand;
import org.posthouse.observe.Command;
import org.posthouse.observe.TraceCommand;
import org.posthouse.queue.QueueCommand;
import org.posthouse.queue.RouteCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the launcher's world ends and core begins: boots the kernel of a home and opens its control socket, or runs the one
 * command it was started for. Its names for the launcher are those of the framework properties {@code posthouse.*}.
 */
public final class Activator implements BundleActivator {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    /** These must work, or tell the operator more, where the configuration is wrong. */
    private static final Set<String> WITHOUT_BOOT = Set.of("check", "config", "help");

    private final Map<String, Command> commands = new TreeMap<>();
    private Optional<Kernel> kernel = Optional.empty();
    private Optional<ControlSocket> control = Optional.empty();

    @Override
    public void start(BundleContext context) throws IOException, Misconfigured {
        var home = Path.of(context.getProperty("posthouse.home"));
        FrameworkLog.follow(context);
        // The framework stops the newest bundles first: before that, sessions end and what is held is closed.
        context.addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
                close();
            }
        });
        var made = new Kernel(context, Path.of(context.getProperty("posthouse.program")), home);
        kernel = Optional.of(made);
        List.of(new BundleCommand(made), new ReloadCommand(made), new StatusCommand(made), new StopCommand(() -> end(context)),
                new CheckCommand(made::check), new ConfigCommand(made::check), new UserCommand(made.rooms().directories,
                made.rooms().site), new QueueCommand(made.rooms().queues, made.rooms().courier, ZoneId.systemDefault()),
                new RouteCommand(made.rooms().routes),
                new DoctorCommand(made.rooms().listeners, made.rooms().site, made.rooms().routes),
                new TraceCommand(made.rooms().trace, ZoneId.systemDefault()), new HelpCommand(this::all))
                .forEach(command -> commands.put(command.name(), command));
        if (context.getProperty("posthouse.mode").equals("command")) {
            runAlone(context, made, List.of(context.getProperty("posthouse.command").split("\0", -1)));
        } else {
            made.boot(true);
            control = Optional.of(new ControlSocket(home, this::command));
            announce(made);
        }
    }

    private static void announce(Kernel kernel) {
        log.info("ready");
        System.out.println("posthouse: ready");
        kernel.rooms().listeners.bound().forEach(bound -> System.out.println("  " + StatusCommand.line(bound)));
        System.out.flush();
    }

    /** The command of an operator where no server runs; the framework ends after it. */
    private void runAlone(BundleContext context, Kernel made, List<String> words) throws IOException, Misconfigured {
        if (WITHOUT_BOOT.contains(words.getFirst())) {
            made.look();
        } else {
            made.boot(false);
        }
        Thread.ofPlatform().name("command").start(() -> {
            System.setProperty("posthouse.exit", String.valueOf(run(words, System.in, System.out, System.err)));
            end(context);
        });
    }

    private int run(List<String> words, InputStream in, PrintStream out, PrintStream err) {
        var command = command(words.getFirst());
        if (command.isEmpty()) {
            err.println("posthouse: there is no command " + words.getFirst() + "; posthouse help lists them");
            return 2;
        }
        try {
            return command.get().run(words.subList(1, words.size()), in, out, err);
        } catch (Exception | LinkageError e) { // the boundary of a command, which may be a stranger's
            log.debug("command {}", words, e);
            err.println("posthouse " + words.getFirst() + ": " + (e.getMessage() == null ? e : e.getMessage()));
            return 1;
        }
    }

    private Optional<Command> command(String name) {
        return all().stream().filter(command -> command.name().equals(name)).findFirst();
    }

    /** Core's commands, then those of bundles. */
    private Collection<Command> all() {
        var all = new ArrayList<>(commands.values());
        var plugins = kernel.orElseThrow().rooms().commands;
        plugins.names().forEach(name -> all.add(new LeasedCommand(plugins, name)));
        return all;
    }

    private static void end(BundleContext context) {
        try {
            context.getBundle(0).stop();
        } catch (BundleException e) {
            log.error("cannot stop", e);
        }
    }

    private void close() {
        try {
            if (control.isPresent()) {
                control.get().close();
            }
            if (kernel.isPresent()) {
                kernel.get().close();
            }
        } catch (IOException e) {
            log.warn("did not close well", e);
        }
        control = Optional.empty();
        kernel = Optional.empty();
    }

    @Override
    public void stop(BundleContext context) {
        close();
    }
}
