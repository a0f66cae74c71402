package org.posthouse.kernel;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import org.posthouse.message.Unavailable;
import org.posthouse.observe.Command;
import org.posthouse.swap.Plugins;

/** A command of a bundle, which is held while it runs, so that it can be swapped. */
record LeasedCommand(Plugins<Command> plugins, String name) implements Command {
    @Override
    public String usage() {
        try (var lease = plugins.lease(name)) {
            return lease.plugin().usage();
        } catch (Unavailable e) {
            return "  is away";
        }
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Exception {
        try (var lease = plugins.lease(name)) {
            return lease.plugin().run(args, in, out, err);
        }
    }
}
