package org.posthouse.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.apache.commons.configuration2.interpol.ConfigurationInterpolator;

/**
 * Puts the values of other keys in place of <code>${hostname}</code> and <code>${listener mx.port}</code>; <code>$${</code>
 * is written for a dollar and a brace. Only our own keys: Commons Configuration looks at the environment, system properties
 * and scripts only where its prefix lookups are registered, and here none is.
 */
final class Interpolation {
    /** References that multiply each other end here. */
    private static final int VALUE_CHARACTERS = 1 << 16;
    /** Each that leads to another needs room on the stack. */
    private static final int MOST_REFERENCES = 100;
    private static final Pattern UNCLOSED = Pattern.compile("(?<!\\$)\\$\\{[^}]*$");

    private final Map<String, Written> sections;
    private final BiFunction<String, String, Optional<String>> defaults;
    private final List<Problem> problems = new ArrayList<>();

    /** @param defaults of a section's key that stands in no file; empty when there is none */
    Interpolation(Map<String, Written> sections, BiFunction<String, String, Optional<String>> defaults) {
        this.sections = sections;
        this.defaults = defaults;
    }

    List<Problem> problems() {
        return problems;
    }

    /** Replaces the values of all sections; a wrong one stays as it is. */
    void run() {
        var values = new ArrayList<Entry>();
        var owners = new ArrayList<Written>();
        for (var section : sections.values()) {
            for (var entry : section.entries().values()) {
                if (entry.value().contains("${")) {
                    owners.add(section);
                    values.add(new Entry(entry.key(), value(entry), entry.place()));
                }
            }
        }
        for (int i = 0; i < values.size(); i++) {
            owners.get(i).entries().put(values.get(i).key(), values.get(i));
        }
    }

    private String value(Entry entry) {
        if (UNCLOSED.matcher(entry.value()).find()) {
            problem(entry, "the value has ${ without }", "write ${key}, or $${ for the two characters");
            return entry.value();
        }
        var interpolator = new ConfigurationInterpolator();
        var references = new References();
        interpolator.addDefaultLookup(references::value);
        try {
            return interpolator.interpolate(entry.value()).toString();
        } catch (Unknown unknown) {
            if (entry.value().contains("${" + unknown.name)) {
                problem(entry, "${" + unknown.name + "} is no key of this configuration", nearest(unknown.name));
            } // else the value that has it is reported itself
        } catch (Endless endless) {
            problem(entry, "the value grows beyond " + VALUE_CHARACTERS + " characters or " + MOST_REFERENCES + " references", "write it without so many references");
        } catch (IllegalStateException cycle) {
            problem(entry, "the value leads back to itself", "write out one of the values");
        }
        return entry.value();
    }

    private String nearest(String name) {
        var names = new TreeSet<String>();
        sections.forEach((section, written) -> written.entries().keySet()
                .forEach(key -> names.add(section.isEmpty() ? key : section + "." + key)));
        return Nearest.to(name, names).map(n -> "write ${" + n + "}").orElse("write ${key} of a top line, or ${section.key}");
    }

    private void problem(Entry entry, String what, String mend) {
        problems.add(new Problem(entry.place(), entry.key() + ": " + what, mend));
    }

    /** What one value refers to, directly or through others. */
    private final class References {
        private int characters;
        private int references;

        /** Asked by Commons Configuration for each name between the braces. */
        Object value(String name) {
            int dot = name.lastIndexOf('.');
            String section = dot < 0 ? "" : name.substring(0, dot);
            String key = name.substring(dot + 1);
            String value = Optional.ofNullable(sections.get(section)).map(s -> s.entries().get(key)).map(Entry::value)
                    .or(() -> defaults.apply(section, key)).orElseThrow(() -> new Unknown(name));
            characters += value.length() + 1;
            references++;
            if (characters > VALUE_CHARACTERS || references > MOST_REFERENCES) {
                throw new Endless();
            }
            return value;
        }
    }

    private static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String name;

        Unknown(String name) {
            super(name);
            this.name = name;
        }
    }

    private static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
