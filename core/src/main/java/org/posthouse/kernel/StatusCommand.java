package org.posthouse.kernel;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.posthouse.net.Listeners;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;

/** {@code posthouse status}: whether the server runs, since when, and where it listens. */
final class StatusCommand implements Command {
    private final Kernel kernel;

    StatusCommand(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return "status";
    }

    @Override
    public String usage() {
        return "[--json]  whether the server runs, since when, and where it listens";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        var bound = kernel.rooms().listeners.bound();
        var up = Duration.between(kernel.began(), Instant.now());
        long pid = ProcessHandle.current().pid();
        if (args.contains("--json")) {
            var map = new LinkedHashMap<String, Object>();
            map.put("pid", pid);
            map.put("uptimeSeconds", up.toSeconds());
            map.put("listeners", bound.stream().map(StatusCommand::line).toList());
            map.put("troubles", kernel.list().stream().filter(l -> !l.trouble().isEmpty()).map(Kernel.Listed::trouble).toList());
            out.println(Json.of(map));
            return 0;
        }
        out.printf("running, pid %d, up %dd %02d:%02d:%02d%n", pid, up.toDays(), up.toHoursPart(), up.toMinutesPart(),
                up.toSecondsPart());
        bound.forEach(b -> out.println("  " + line(b)));
        kernel.list().stream().filter(l -> !l.trouble().isEmpty()).forEach(l -> out.println("  ! " + l.trouble()));
        return 0;
    }

    static String line(Listeners.Bound bound) {
        var ip = bound.address().getAddress().getHostAddress();
        return "%-14s %-6s %-9s %s:%d".formatted(bound.name(), bound.protocol(), bound.tls().name().toLowerCase(Locale.ROOT),
                ip.contains(":") ? "[" + ip + "]" : ip, bound.address().getPort());
    }
}
