package org.posthouse.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Network;
import org.posthouse.message.Setting;

/**
 * One section's values for core itself, checked against its keys and with the defaults filled in; every getter may throw
 * {@link BadSetting} and none returns null.
 *
 * @param section as in the file, {@code listener mx}; empty for the top lines
 * @param texts   by key as written in the file, with {@code -}
 */
public record Values(String section, Map<String, String> texts) {
    public Values {
        texts = Map.copyOf(texts);
    }

    /** The name after the section's first word: {@code mx} of {@code [listener mx]}. */
    public String name() {
        return section.substring(section.indexOf(' ') + 1);
    }

    public String text(String key) {
        var text = texts.get(key);
        if (text == null) {
            throw new BadSetting(key, "is missing; write " + key + " = ...");
        }
        return text;
    }

    /** Whether there is a value that is not empty. */
    public boolean has(String key) {
        return !texts.getOrDefault(key, "").isEmpty();
    }

    /** Split at commas; an empty value is an empty list. */
    public List<String> list(String key) {
        return Arrays.stream(text(key).split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    public int number(String key) {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException e) {
            throw new BadSetting(key, "'" + text(key) + "' is not a whole number");
        }
    }

    public boolean flag(String key) {
        return switch (text(key)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new BadSetting(key, "'" + text(key) + "' is neither yes nor no");
        };
    }

    public Duration duration(String key) {
        return Setting.duration(key, text(key));
    }

    public long size(String key) {
        return Setting.size(key, text(key));
    }

    public List<Network> networks(String key) {
        return list(key).stream().map(n -> Setting.network(key, n)).toList();
    }
}
