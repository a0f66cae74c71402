package org.posthouse.config;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;
import org.posthouse.observe.Command;

/** {@code posthouse check}: reads the configuration as it stands in the files now, and says every mistake with file and line. */
public final class CheckCommand implements Command {
    private final Supplier<Checked> load;

    public CheckCommand(Supplier<Checked> load) {
        this.load = load;
    }

    @Override
    public String name() {
        return "check";
    }

    @Override
    public String usage() {
        return "  reads the configuration files and says every mistake";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        if (!args.isEmpty()) {
            err.println("posthouse check: takes no words; write posthouse check");
            return 2;
        }
        return switch (load.get()) {
            case Checked.Right(var configuration) -> {
                out.println(configuration.file() + ": no mistakes");
                yield 0;
            }
            case Checked.Wrong(var problems) -> {
                problems.forEach(err::println);
                yield 1;
            }
        };
    }
}
