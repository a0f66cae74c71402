package org.posthouse.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.posthouse.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which bundles run. What {@code posthouse bundle enable|disable} said is kept in {@code var/bundles}, a line each
 * ({@code enable NAME} or {@code disable NAME}), and wins over the file.
 */
final class Decisions {
    /** Whether it runs, who says so, and whether mail must wait when a filter that should run is missing. */
    record Decision(boolean runs, String because, boolean required) {}

    private static final Logger log = LoggerFactory.getLogger("kernel");

    private final Disk disk;
    private final Map<String, Boolean> commanded = new TreeMap<>();
    private List<String> enable = List.of();
    private List<String> disable = List.of();

    Decisions(Disk disk) {
        this.disk = disk;
    }

    void load() throws IOException {
        var file = disk.var("bundles");
        if (!Files.exists(file)) {
            return;
        }
        for (var line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList()) {
            var words = List.of(line.strip().split("\\s+"));
            if (words.size() == 2 && List.of("enable", "disable").contains(words.getFirst())) {
                commanded.put(words.getLast(), words.getFirst().equals("enable"));
            } else if (!line.isBlank()) {
                log.warn("passed over in {}, which has lines 'enable NAME' and 'disable NAME': {}", file, line);
            }
        }
    }

    void configure(List<String> enable, List<String> disable) {
        this.enable = enable;
        this.disable = disable;
    }

    List<String> enabled() {
        return enable;
    }

    List<String> disabled() {
        return disable;
    }

    void command(String name, boolean run) throws IOException {
        var next = new TreeMap<>(commanded);
        next.put(name, run);
        var lines = new StringBuilder();
        next.forEach((n, on) -> lines.append(on ? "enable " : "disable ").append(n).append('\n'));
        disk.replace(disk.var("bundles"), lines.toString().getBytes(StandardCharsets.UTF_8));
        commanded.put(name, run);
    }

    /** @param shipped whether bundles/ has a jar of this name; @param hasSection whether the file has a section that is not off */
    Decision decide(String name, boolean shipped, boolean hasSection) {
        if (commanded.containsKey(name)) {
            boolean on = commanded.get(name);
            return new Decision(on, "bundle " + (on ? "enable" : "disable"), on);
        }
        if (disable.stream().anyMatch(p -> matches(p, name))) {
            return new Decision(false, "disable", false);
        }
        if (enable.contains(name)) {
            return new Decision(true, "enable", true);
        }
        boolean asked = name.startsWith("protocol-") || name.startsWith("filter-");
        if (enable.stream().anyMatch(p -> matches(p, name))) {
            return new Decision(true, "enable (pattern)", hasSection);
        }
        if (shipped && asked) {
            return new Decision(false, "not in enable", false);
        }
        return new Decision(true, shipped ? "shipped" : "in plugins/", hasSection);
    }

    /** Names that must run although no jar of them may be there. */
    List<String> named() {
        return java.util.stream.Stream.concat(enable.stream().filter(n -> !n.contains("*")),
                commanded.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey))
                .filter(n -> decide(n, true, false).runs()).distinct().sorted().toList();
    }

    private static boolean matches(String pattern, String name) {
        return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), name);
    }
}
