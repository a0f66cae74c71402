package org.posthouse.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import org.posthouse.observe.Command;

/** {@code posthouse reload}: takes the configuration files as they are now, wholly or not at all. */
final class ReloadCommand implements Command {
    private final Kernel kernel;

    ReloadCommand(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return "reload";
    }

    @Override
    public String usage() {
        return "  puts the configuration files in force; with a mistake in them nothing changes";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws IOException {
        try {
            kernel.reload();
            out.println("reloaded");
            return 0;
        } catch (Misconfigured e) {
            e.problems().forEach(err::println);
            return 1;
        }
    }
}
