package org.posthouse.auth;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Prints accounts for people or as JSON (RFC 8259). */
final class UserListing {
    private UserListing() {}

    static void print(List<Account> accounts, boolean json, PrintStream out) {
        if (!json) {
            accounts.forEach(a -> out.println(line(a)));
            return;
        }
        out.println(accounts.stream().map(UserListing::object).collect(Collectors.joining(",\n ", "[", "]")));
    }

    private static String line(Account account) {
        var line = new StringBuilder(account.id().name());
        new TreeMap<>(account.attributes()).forEach((key, value) -> line.append("  ").append(key).append('=').append(value));
        return line.toString();
    }

    private static String object(Account account) {
        var members = new TreeMap<>(account.attributes()).entrySet().stream()
                .map(UserListing::member).collect(Collectors.joining(",", "{", "}"));
        return "{\"name\":" + string(account.id().name()) + ",\"attributes\":" + members + "}";
    }

    private static String member(Map.Entry<String, String> attribute) {
        return string(attribute.getKey()) + ":" + string(attribute.getValue());
    }

    private static String string(String text) {
        var quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
