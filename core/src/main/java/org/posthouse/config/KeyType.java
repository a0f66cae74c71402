package org.posthouse.config;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;

/**
 * What a key's value may be, from a metatype attribute definition.
 *
 * @param id        as DS knows it, {@code max.size}
 * @param type      metatype's scalar type: {@code String}, {@code Integer}, {@code Boolean} …
 * @param many      whether it is a list, split at commas
 * @param form      the definition's name: {@code duration}, {@code size}, {@code network}, {@code address}, {@code rate},
 *                  {@code server}, {@code number}, {@code whom}, {@code transport}, {@code renaming} are forms of a
 *                  {@code String}, other names mean nothing
 * @param min       the lowest value, for numbers, durations and sizes; empty for none
 * @param max       the highest; the length, for a {@code String} without a form
 * @param options   the only values; empty for any
 * @param byDefault as it would be written in the file; empty where the key must be given
 */
record KeyType(String id, String type, boolean many, String form, String min, String max, List<String> options,
               Optional<String> byDefault, String description) {
    private static final int ANY_PORT = 1;
    private static final Set<String> NUMBERS = Set.of("Integer", "Long", "Double", "Boolean");
    private static final Set<String> FORMS = Set.of("duration", "size", "number", "network", "address", "rate", "server",
            "whom", "transport", "renaming");

    KeyType {
        if (!max.isEmpty() && !NUMBERS.contains(type) && !FORMS.contains(form) && !max.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("the longest text of " + id + " is not a number: " + max);
        }
    }

    /** As written in the file, {@code max-size}. */
    String key() {
        return id.replace('.', '-');
    }

    /** The value for DS: a boxed scalar or a {@code String}; an array of them for a list. Throws BadSetting. */
    Object value(String text) {
        if (many) {
            var values = Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).map(this::scalar).toList();
            return array(values);
        }
        return text.isEmpty() && byDefault.filter(String::isEmpty).isPresent() ? "" : scalar(text);
    }

    private Object array(List<Object> values) {
        return switch (type) {
            case "Integer" -> values.toArray(Integer[]::new);
            case "Long" -> values.toArray(Long[]::new);
            case "Double" -> values.toArray(Double[]::new);
            case "Boolean" -> values.toArray(Boolean[]::new);
            default -> values.toArray(String[]::new);
        };
    }

    private Object scalar(String text) {
        if (!options.isEmpty() && !options.contains(text)) {
            throw new BadSetting(key(), "'" + text + "' is not one of " + String.join(", ", options)
                    + Nearest.to(text, options).map(o -> "; write " + o).orElse(""));
        }
        return switch (type) {
            case "Integer" -> within(text, t -> number(t, Integer::valueOf, "a whole number"));
            case "Long" -> within(text, t -> number(t, Long::valueOf, "a whole number"));
            case "Double" -> within(text, t -> number(t, BigDecimal::new, "a number")).doubleValue();
            case "Boolean" -> flag(text);
            default -> formed(text);
        };
    }

    private String formed(String text) {
        switch (form) {
            case "duration" -> within(text, t -> Setting.duration(key(), t));
            case "size" -> within(text, t -> Setting.size(key(), t));
            case "number" -> within(text, t -> number(t, BigDecimal::new, "a number"));
            case "network" -> Setting.network(key(), text);
            case "address" -> Setting.address(key(), text);
            case "rate" -> Setting.rate(key(), text);
            case "server" -> Setting.server(key(), text, ANY_PORT);
            case "whom" -> Setting.whom(key(), text);
            case "transport" -> Setting.transport(key(), text);
            case "renaming" -> Setting.renaming(key(), text);
            default -> shortEnough(text);
        }
        return text;
    }

    private <T extends Comparable<T>> T within(String text, Function<String, T> read) {
        T value = read.apply(text);
        if (!min.isEmpty() && value.compareTo(read.apply(min)) < 0) {
            throw new BadSetting(key(), text + " is too low; the lowest is " + min);
        }
        if (!max.isEmpty() && value.compareTo(read.apply(max)) > 0) {
            throw new BadSetting(key(), text + " is too high; the highest is " + max);
        }
        return value;
    }

    private <T> T number(String text, Function<String, T> read, String what) {
        try {
            return read.apply(text);
        } catch (NumberFormatException e) {
            String example = byDefault.filter(d -> !d.isEmpty()).orElse("10");
            throw new BadSetting(key(), "'" + text + "' is not " + what + "; write it like " + example);
        }
    }

    private boolean flag(String text) {
        return switch (text) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new BadSetting(key(), "'" + text + "' is neither yes nor no; write yes or no");
        };
    }

    private void shortEnough(String text) {
        if (!max.isEmpty() && text.length() > Integer.parseInt(max)) {
            throw new BadSetting(key(), "'" + text + "' is too long; it may have " + max + " characters");
        }
    }
}
