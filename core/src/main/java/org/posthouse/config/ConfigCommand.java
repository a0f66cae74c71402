package org.posthouse.config;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;

/** {@code posthouse config}: prints settings with their defaults and references filled in, as the files have them now. */
public final class ConfigCommand implements Command {
    private record Setting(String name, String section, String text, Object typed, boolean given) {}

    private record Options(boolean given, boolean json, String name) {}

    private final Supplier<Checked> load;

    public ConfigCommand(Supplier<Checked> load) {
        this.load = load;
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public String usage() {
        return """
                [-n] [--json]  prints all settings; -n those that stand in a file
                [-n] [--json] KEY|SECTION|SECTION.KEY  prints these, such as: hostname, pipeline, listener mx.port""";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        var words = new ArrayList<>(args);
        boolean given = words.remove("-n");
        boolean json = words.remove("--json");
        if (words.stream().anyMatch(w -> w.startsWith("-"))) {
            err.println("posthouse config: write posthouse config [-n] [--json] [KEY]");
            return 2;
        }
        return switch (load.get()) {
            case Checked.Right(var configuration) -> print(configuration, new Options(given, json, String.join(" ", words)),
                    out, err);
            case Checked.Wrong(var problems) -> {
                problems.forEach(err::println);
                yield 1;
            }
        };
    }

    private static int print(Configuration configuration, Options options, PrintStream out, PrintStream err) {
        var all = settings(configuration);
        var asked = all.stream().filter(s -> isAsked(s, options.name())).toList();
        if (asked.isEmpty() && !options.name().isEmpty()) {
            var near = Nearest.to(options.name(), all.stream().map(Setting::name).toList());
            err.println("posthouse config: there is no setting " + options.name() + near.map(n -> "; write " + n).orElse(""));
            return 1;
        }
        var shown = asked.stream().filter(s -> s.given() || !options.given()).toList();
        if (options.json()) {
            out.println(json(shown));
        } else {
            shown.forEach(s -> out.println((s.name() + " = " + s.text()).strip()));
        }
        return 0;
    }

    private static boolean isAsked(Setting setting, String name) {
        return name.isEmpty() || setting.name().equals(name) || setting.section().equals(name)
                || setting.section().startsWith(name + " ");
    }

    private static List<Setting> settings(Configuration configuration) {
        var all = new ArrayList<Setting>();
        configuration.sections().forEach((name, section) -> {
            for (String key : new TreeSet<>(section.values().texts().keySet())) {
                all.add(new Setting(name.isEmpty() ? key : name + "." + key, name, section.values().text(key),
                        section.typed().get(key), section.given().contains(key)));
            }
        });
        return all;
    }

    private static String json(List<Setting> settings) {
        var values = new LinkedHashMap<String, Object>();
        settings.forEach(s -> values.put(s.name(), s.typed() instanceof Object[] many ? Arrays.asList(many) : s.typed()));
        return Json.of(values);
    }
}
