package org.posthouse.auth;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.posthouse.observe.Json;

/** Prints accounts for people or as JSON. */
final class UserListing {
    private UserListing() {}

    static void print(List<Account> accounts, boolean json, PrintStream out) {
        if (json) {
            out.println(Json.of(accounts.stream().map(UserListing::members).toList()));
            return;
        }
        accounts.forEach(a -> out.println(line(a)));
    }

    private static String line(Account account) {
        var line = new StringBuilder(account.id().name());
        new TreeMap<>(account.attributes()).forEach((key, value) -> line.append("  ").append(key).append('=').append(value));
        return line.toString();
    }

    private static Map<String, Object> members(Account account) {
        var members = new LinkedHashMap<String, Object>();
        members.put("name", account.id().name());
        members.put("attributes", new TreeMap<>(account.attributes()));
        return members;
    }
}
