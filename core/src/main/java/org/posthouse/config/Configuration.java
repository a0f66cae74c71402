package org.posthouse.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The whole configuration, checked against the keys of core and of all bundles.
 *
 * @param file     {@code posthouse.conf}
 * @param sections every section that has keys, in the order to print: the top lines (empty name), {@code pipeline}, {@code routing},
 *                 each {@code route NAME} and {@code listener NAME}, then the bundles'; with defaults, whether or not they stand in a file
 * @param pids     what DS gets: only what the files say, typed, keys in DS's form ({@code max.size}), without core's keys;
 *                 only sections that stand in a file. {@code [bundle name]} is {@code bundle~name}
 */
public record Configuration(Path file, SequencedMap<String, Section> sections, Map<String, Map<String, Object>> pids) {
    /**
     * Reads {@code posthouse.conf} and {@code conf.d/*.conf} of a folder.
     *
     * @param jars the bundles whose sections are allowed, whether they run or not; of two with one name the higher version
     *             counts, then the later in the list
     */
    public static Checked load(Path conf, List<Path> jars) {
        return new Checker(conf, jars).check();
    }

    /** The lines before the first section. */
    public Values top() {
        return sections.get("").values();
    }

    public List<Section> listeners() {
        return sections.values().stream().filter(s -> s.values().section().startsWith("listener ")).toList();
    }

    public Values pipeline() {
        return sections.get("pipeline").values();
    }

    public Values routing() {
        return sections.get("routing").values();
    }

    /** Each {@code [route NAME]}, in the order of the files. */
    public List<Values> routes() {
        return sections.values().stream().map(Section::values).filter(v -> v.section().startsWith("route ")).toList();
    }

    /** The sections of all known filters, by the filter's name; with core's keys, and defaults where none is in a file. */
    public Map<String, Values> filters() {
        return sections.values().stream().map(Section::values).filter(v -> Types.isFilter(v.section()))
                .collect(Collectors.toUnmodifiableMap(Values::section, v -> v));
    }

    /** Whether the section stands in a file. */
    public boolean written(String section) {
        return sections.containsKey(section) && sections.get(section).places().containsKey("");
    }

    /** Where a key stands; failing that its section's header, failing that the file. */
    public Place place(String section, String key) {
        var file = new Place(this.file, 0);
        if (!sections.containsKey(section)) {
            return file;
        }
        var places = sections.get(section).places();
        return places.getOrDefault(key, places.getOrDefault("", file));
    }
}
