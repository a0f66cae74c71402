package org.posthouse.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import org.posthouse.message.BadSetting;

/** Holds the lines of one section against its keys. */
final class SectionCheck {
    private final Written written;
    private final SequencedMap<String, SequencedMap<String, KeyType>> all;
    private final SequencedMap<String, KeyType> keys;
    private final Consumer<Problem> problems;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Object> typed = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, Object> properties = new HashMap<>();

    /** @param all the keys of every section, by its first word, to tell where a misplaced one belongs */
    SectionCheck(Written written, SequencedMap<String, SequencedMap<String, KeyType>> all, Consumer<Problem> problems) {
        this.written = written;
        this.all = all;
        this.keys = all.get(written.word());
        this.problems = problems;
        keys.values().forEach(this::withoutFile);
        written.entries().values().forEach(this::entry);
    }

    /** With defaults; keys with mistakes have theirs, or are missing. */
    Section section() {
        var given = Set.copyOf(places.keySet());
        if (written.place().line() > 0) {
            places.put("", written.place());
        }
        return new Section(new Values(written.name(), texts), typed, given, places);
    }

    /** The given values, typed, by DS's form of the key. */
    Map<String, Object> properties() {
        return properties;
    }

    private void withoutFile(KeyType type) {
        if (type.byDefault().isPresent()) {
            checked(written.place(), () -> keep(type, type.byDefault().get()));
        } else if (!written.entries().containsKey(type.key())) {
            problems.accept(new Problem(written.place(), type.key() + " is missing " + in(written.name()),
                    "write " + type.key() + " = ...: " + type.description()));
        }
    }

    private void entry(Entry entry) {
        var type = keys.get(entry.key());
        if (type == null) {
            problems.accept(new Problem(entry.place(), "there is no key " + entry.key() + " " + in(written.name()),
                    mend(entry.key())));
            return;
        }
        checked(entry.place(), () -> {
            properties.put(type.id(), keep(type, entry.value()));
            places.put(entry.key(), entry.place());
        });
    }

    private void checked(Place place, Runnable reading) {
        try {
            reading.run();
        } catch (BadSetting e) {
            problems.accept(Problem.of(place, e));
        }
    }

    private Object keep(KeyType type, String text) {
        var value = type.value(text);
        texts.put(type.key(), text);
        typed.put(type.key(), value);
        return value;
    }

    private String mend(String key) {
        var near = Nearest.to(key, keys.keySet());
        if (near.isPresent()) {
            return "write " + near.get();
        }
        List<String> elsewhere = all.keySet().stream().filter(w -> all.get(w).containsKey(key)).map(SectionCheck::place).toList();
        if (!elsewhere.isEmpty()) {
            return "it belongs " + elsewhere.getFirst();
        }
        return keys.isEmpty() ? "it has no keys" : "there are " + String.join(", ", keys.keySet());
    }

    private static String place(String word) {
        return word.isEmpty() ? "before the first section" : "into [" + word + "]";
    }

    private static String in(String section) {
        return section.isEmpty() ? "in the top lines" : "in [" + section + "]";
    }
}
