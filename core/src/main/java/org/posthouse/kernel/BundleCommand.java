package org.posthouse.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;

/** {@code posthouse bundle}: which bundles there are and whether they run. */
final class BundleCommand implements Command {
    private final Kernel kernel;

    BundleCommand(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return "bundle";
    }

    @Override
    public String usage() {
        return """
                list [--json]  shows all bundles, who decided that they run, and their last trouble
                enable NAME    runs a bundle from now on, over restarts; wins over the configuration
                disable NAME   stops a bundle from now on, over restarts; wins over the configuration""";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws IOException {
        return switch (args) {
            case List<String> a when a.equals(List.of("list")) -> print(kernel.list(), out);
            case List<String> a when a.equals(List.of("list", "--json")) -> json(kernel.list(), out);
            case List<String> a when a.size() == 2 && a.getFirst().equals("enable") -> command(a.get(1), true, out, err);
            case List<String> a when a.size() == 2 && a.getFirst().equals("disable") -> command(a.get(1), false, out, err);
            default -> {
                err.println("posthouse bundle: use list [--json], enable NAME or disable NAME");
                yield 2;
            }
        };
    }

    private int command(String name, boolean run, PrintStream out, PrintStream err) throws IOException {
        var why = kernel.command(name, run);
        if (why.isPresent()) {
            err.println("posthouse bundle: " + why.get());
            return 1;
        }
        out.println(name + (run ? " runs" : " is off"));
        return 0;
    }

    private static int print(List<Kernel.Listed> all, PrintStream out) {
        out.printf("%-22s %-12s %-10s %-16s %s%n", "NAME", "VERSION", "STATE", "DECIDED BY", "FILE");
        for (var each : all) {
            var file = each.file().isEmpty() ? "" : Path.of(each.file()).getParent().getFileName() + "/"
                    + Path.of(each.file()).getFileName();
            out.printf("%-22s %-12s %-10s %-16s %s%n", each.name(), each.version(), each.state(), each.decidedBy(), file);
            if (!each.trouble().isEmpty()) {
                out.println("  ! " + each.trouble());
            }
        }
        return 0;
    }

    private static int json(List<Kernel.Listed> all, PrintStream out) {
        out.println(Json.of(all.stream().map(BundleCommand::asMap).toList()));
        return 0;
    }

    private static Map<String, Object> asMap(Kernel.Listed each) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", each.name());
        map.put("version", each.version());
        map.put("state", each.state());
        map.put("decidedBy", each.decidedBy());
        map.put("file", each.file());
        map.put("trouble", each.trouble());
        return map;
    }
}
