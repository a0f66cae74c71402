package org.posthouse.kernel;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.posthouse.observe.Command;

/** {@code posthouse help}: all commands, those of bundles too. */
final class HelpCommand implements Command {
    private final Supplier<Collection<Command>> commands;

    HelpCommand(Supplier<Collection<Command>> commands) {
        this.commands = commands;
    }

    @Override
    public String name() {
        return "help";
    }

    @Override
    public String usage() {
        return "  shows this";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        out.println("""
                posthouse [--home DIR] COMMAND

                  run                                              runs the server in the foreground
                  start                                            runs the server in the background
                  sendmail [OPTIONS] [RECIPIENT ...]               takes a message as /usr/sbin/sendmail does; also -bs, -bv, -bp""");
        commands.get().forEach(command -> command.usage().lines().forEach(form -> {
            var parts = form.split("  +", 2);
            var words = (command.name() + " " + parts[0]).strip();
            out.printf("  %-48s %s%n", words, parts.length > 1 ? parts[1].strip() : "");
        }));
        return 0;
    }
}
