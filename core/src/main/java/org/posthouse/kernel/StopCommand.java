package org.posthouse.kernel;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import org.posthouse.observe.Command;

/** {@code posthouse stop}: ends the server. The answer comes before the end, so that the asker can watch it. */
final class StopCommand implements Command {
    private final Runnable stop;

    StopCommand(Runnable stop) {
        this.stop = stop;
    }

    @Override
    public String name() {
        return "stop";
    }

    @Override
    public String usage() {
        return "  ends sessions and the server";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        out.println("stopping");
        Thread.ofPlatform().name("stop").start(stop);
        return 0;
    }
}
