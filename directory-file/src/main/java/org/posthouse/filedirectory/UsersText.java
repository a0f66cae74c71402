package org.posthouse.filedirectory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.posthouse.auth.AccountId;

/** Changes one line of the text of {@code conf/users} and leaves all others, comments too, as they are. */
final class UsersText {
    private static final String HEAD = "# One account a line: name@domain:{SCHEME}hash [:key=value ...]\n";

    private UsersText() {}

    static String added(String text, AccountId id, List<String> secrets) {
        var before = text.isEmpty() ? HEAD : text.endsWith("\n") ? text : text + "\n";
        return before + id + ":" + String.join(" ", secrets) + "\n";
    }

    /** Without the account and its application passwords. */
    static String removed(String text, Users.User user) {
        var lines = lines(text);
        Stream.concat(Stream.of(user.line()), user.apps().stream().map(AppPassword::line)).sorted(Comparator.reverseOrder())
                .forEach(line -> lines.remove(line - 1));
        return String.join("\n", lines);
    }

    /** Under the name as it is written, so that both follow the first domain or neither. */
    static String withApp(String text, Users.User user, String label, String secret) {
        var lines = lines(text);
        var account = lines.get(user.line() - 1);
        lines.add(user.line(), account.substring(0, account.indexOf(':')).strip() + "/" + label + ":" + secret);
        return String.join("\n", lines) + (user.line() == lines.size() - 1 ? "\n" : "");
    }

    static String withoutApp(String text, AppPassword app) {
        var lines = lines(text);
        lines.remove(app.line() - 1);
        return String.join("\n", lines);
    }

    static String withSecrets(String text, Users.User user, List<String> secrets) {
        var lines = lines(text);
        var line = lines.get(user.line() - 1);
        int first = line.indexOf(':');
        int second = line.indexOf(':', first + 1);
        int end = second < 0 ? line.stripTrailing().length() : second;
        lines.set(user.line() - 1, line.substring(0, first + 1) + String.join(" ", secrets) + line.substring(end));
        return String.join("\n", lines);
    }

    private static List<String> lines(String text) {
        return new ArrayList<>(List.of(text.split("\n", -1)));
    }
}
