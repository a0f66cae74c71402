package org.posthouse.observe;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes values as JSON (RFC 8259) for commands with {@code --json}: maps, collections, numbers, booleans and text. */
public final class Json {
    private Json() {}

    /** @param value a Map with text keys, a Collection, a Number, a Boolean, or anything that is written as its text; null is null */
    public static String of(Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> map -> map.entrySet().stream().map(e -> quoted(String.valueOf(e.getKey())) + ":" + of(e.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
            case Collection<?> all -> all.stream().map(Json::of).collect(Collectors.joining(",", "[", "]"));
            case Number number -> number.toString();
            case Boolean flag -> flag.toString();
            default -> quoted(value.toString());
        };
    }

    private static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
