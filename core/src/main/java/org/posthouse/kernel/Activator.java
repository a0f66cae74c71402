package org.posthouse.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.posthouse.auth.UserCommand;
import org.posthouse.config.CheckCommand;
import org.posthouse.config.ConfigCommand;
import org.posthouse.observe.Command;
import org.posthouse.observe.TraceCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the launcher's world ends and core begins: boots the kernel of a home, opens the control socket or runs the one command
 * it was started for, and tells the launcher by system properties how it went.
 */
public final class Activator implements BundleActivator {
    private static final Logger log = LoggerFactory.getLogger("kernel");

    private Kernel kernel;
    private ControlSocket control;
    private final TreeMap<String, Command> own = new TreeMap<>();

    @Override
    public void start(BundleContext context) throws Exception {
        var home = Path.of(context.getProperty("posthouse.home"));
        boolean serve = !"command".equals(context.getProperty("posthouse.mode"));
        kernel = new Kernel(context, Path.of(context.getProperty("posthouse.program")), home);
        addCommands(context);
    }

    @Override
    public void stop(BundleContext context) throws Exception {
        if (control != null) {
            control.close();
        }
        kernel.close();
    }
}
