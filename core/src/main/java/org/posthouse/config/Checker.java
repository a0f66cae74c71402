package org.posthouse.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Reads a configuration and collects all its mistakes. */
final class Checker {
    private final Path main;
    private final ConfigFiles files;
    private final Types types;
    private final SectionReader reader = new SectionReader();
    private final List<Problem> problems = new ArrayList<>();
    private final SequencedMap<String, Section> sections = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> pids = new TreeMap<>();

    Checker(Path conf, List<Path> jars) {
        this.main = ConfigFiles.main(conf);
        this.files = new ConfigFiles(conf);
        this.types = new Types(jars);
    }

    Checked check() {
        files.readInto(reader);
        var interpolation = new Interpolation(reader.sections(), this::byDefault);
        interpolation.run();
        if (!reader.sections().isEmpty()) {
            ordered().forEach(this::section);
        }
        var unread = interpolation.problems().stream().map(Problem::place).toList(); // what such a value may be is not yet the question
        problems.removeIf(p -> unread.contains(p.place()));
        problems.addAll(types.problems());
        problems.addAll(files.problems());
        problems.addAll(reader.problems());
        problems.addAll(interpolation.problems());
        problems.addAll(new CrossChecks(sections).problems());
        problems.addAll(new RoutingChecks(sections).problems());
        return problems.isEmpty() ? new Checked.Right(new Configuration(main, sections, pids)) : new Checked.Wrong(sorted());
    }

    private List<Problem> sorted() {
        return problems.stream().sorted(Comparator.comparing((Problem p) -> p.place().file())
                .thenComparing(p -> p.place().line())).toList();
    }

    private Optional<String> byDefault(String section, String key) {
        var keys = types.keys().get(new Written(section, new Place(main, 0)).word());
        return Optional.ofNullable(keys).map(k -> k.get(key)).flatMap(KeyType::byDefault);
    }

    /** All sections that stand in a file, and those that could stand there. */
    private Collection<Written> ordered() {
        var all = new LinkedHashMap<String, Written>();
        for (String word : types.keys().keySet()) {
            reader.sections().values().stream().filter(s -> s.word().equals(word)).forEach(s -> all.put(s.name(), s));
            if (!types.named(word)) {
                all.putIfAbsent(word, new Written(word, new Place(main, 0)));
            }
        }
        reader.sections().forEach(all::putIfAbsent);
        return all.values();
    }

    private void section(Written written) {
        String word = written.word();
        if (!types.keys().containsKey(word)) {
            problems.add(new Problem(written.place(), "[" + written.name() + "] is the section of no bundle", nearest(written)));
        } else if (types.named(word) && written.subject().isEmpty()) {
            problems.add(new Problem(written.place(), "[" + word + "] needs a name", "write [" + word + " NAME]"));
        } else if (!types.named(word) && !written.subject().isEmpty()) {
            problems.add(new Problem(written.place(), "[" + written.name() + "] takes no name", "write [" + word + "]"));
        } else {
            keep(written);
        }
    }

    private String nearest(Written written) {
        var words = types.keys().keySet().stream().filter(w -> !w.isEmpty()).toList();
        String subject = written.subject().isEmpty() ? "NAME" : written.subject();
        return Nearest.to(written.word(), words).map(w -> "write [" + w + (types.named(w) ? " " + subject : "") + "]")
                .orElse("there are " + String.join(", ", words));
    }

    private void keep(Written written) {
        var check = new SectionCheck(written, types.keys(), problems::add);
        sections.put(written.name(), check.section());
        if (types.isBundles(written.word()) && reader.sections().containsKey(written.name())) {
            var properties = check.properties();
            properties.keySet().removeIf(id -> types.isCores(written.word(), id));
            pids.put(written.name().replace(' ', '~'), Map.copyOf(properties));
        }
    }
}
