package org.posthouse.auth;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Site;
import org.posthouse.observe.Command;

/**
 * {@code posthouse user}: changes the accounts of directories that can be changed. A password is one line of {@code in}; the
 * control client asks for it at the terminal, or passes its own standard input on with {@code --password-stdin}.
 */
public final class UserCommand implements Command {
    private static final String USAGE = """
            add NAME [--password-stdin]  adds an account; a name without @ gets the first domain
            password NAME [--password-stdin]  sets an account's password
            remove NAME  removes an account; its mail stays
            list [--json]  shows all accounts
            app-password add NAME LABEL  makes a further password for one program and shows it, once
            app-password list NAME  shows the labels of an account's application passwords
            app-password remove NAME LABEL  takes one away""";

    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // without those taken for one another
    private static final int APP_LETTERS = 24;
    private static final int APP_GROUP = 6;

    private final Directories directories;
    private final Site site;

    public UserCommand(Directories directories, Site site) {
        this.directories = directories;
        this.site = site;
    }

    @Override public String name() {
        return "user";
    }

    @Override public String usage() {
        return USAGE;
    }

    @Override public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        try {
            return act(new ArrayList<>(args), in, out, err);
        } catch (Refusal e) {
            err.println("posthouse user: " + e.status().text());
        } catch (IOException e) {
            err.println("posthouse user: " + e.getMessage());
        }
        return 1;
    }

    private int act(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Refusal, IOException {
        var verb = args.isEmpty() ? "" : args.removeFirst();
        if (verb.equals("app-password")) {
            return appPassword(args, out, err);
        }
        boolean changes = verb.equals("add") || verb.equals("password");
        boolean json = verb.equals("list") && args.remove("--json");
        if (changes) {
            args.remove("--password-stdin");
        }
        int names = verb.equals("list") ? 0 : 1;
        if (!changes && !verb.equals("remove") && !verb.equals("list") || args.size() != names
                || args.stream().anyMatch(a -> a.startsWith("-"))) {
            err.println("posthouse user: use add NAME, password NAME, remove NAME, list [--json] or app-password");
            return 2;
        }
        var editor = editor();
        switch (verb) {
            case "list" -> UserListing.print(editor.list(), json, out);
            case "remove" -> editor.remove(fullName(args.getFirst()));
            default -> withPassword(verb, fullName(args.getFirst()), editor, in);
        }
        return 0;
    }

    private Editor editor() throws IOException {
        return directories.editor().orElseThrow(() -> new Unavailable("no directory that runs can be changed; enable directory-file"));
    }

    private int appPassword(List<String> args, PrintStream out, PrintStream err) throws Refusal, IOException {
        var verb = args.isEmpty() ? "" : args.removeFirst();
        boolean right = switch (verb) {
            case "add", "remove" -> args.size() == 2;
            case "list" -> args.size() == 1;
            default -> false;
        };
        if (!right || args.stream().anyMatch(a -> a.startsWith("-"))) {
            err.println("posthouse user: use app-password add NAME LABEL, app-password list NAME or app-password remove NAME LABEL");
            return 2;
        }
        var name = fullName(args.getFirst());
        switch (verb) {
            case "add" -> out.println(newAppPassword(name, args.getLast()));
            case "remove" -> editor().removeAppPassword(name, args.getLast());
            default -> editor().appPasswords(name).forEach(out::println);
        }
        return 0;
    }

    /** 120 random bits, in groups that can be copied by hand. It is shown here and kept nowhere. */
    private String newAppPassword(String name, String label) throws Refusal, IOException {
        var password = new StringBuilder();
        new SecureRandom().ints(APP_LETTERS, 0, LETTERS.length()).forEach(letter -> {
            password.append(password.length() % (APP_GROUP + 1) == APP_GROUP ? "-" : "").append(LETTERS.charAt(letter));
        });
        editor().addAppPassword(name, label, password.toString().toCharArray());
        return password.toString();
    }

    private static void withPassword(String verb, String name, Editor editor, InputStream in) throws Refusal, IOException {
        char[] password = password(in);
        try {
            if (verb.equals("add")) {
                editor.add(name, password);
            } else {
                editor.password(name, password);
            }
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private String fullName(String name) throws Refusal {
        try {
            var prepared = SaslText.name(name);
            return prepared.contains("@") ? prepared : prepared + "@" + site.firstDomain();
        } catch (Refusal e) {
            throw new Refusal("5.1.3", "'" + name + "' cannot be a log-in name; write it like ann@" + site.firstDomain());
        }
    }

    /** Prepared as it will be at log-in, so that both are the same characters. */
    private static char[] password(InputStream in) throws Refusal, IOException {
        var octets = new byte[SaslText.LONGEST_PASSWORD + 2];
        int length = 0;
        for (int c = in.read(); c >= 0 && c != '\n' && length < octets.length; c = in.read()) {
            octets[length++] = (byte) c;
        }
        if (length > 0 && octets[length - 1] == '\r') {
            length--;
        }
        char[] given = {};
        try {
            given = SaslText.decode(octets, 0, length);
            return SaslText.password(given);
        } catch (Refusal e) {
            throw new Refusal("5.7.8", "that cannot be a password; give one line of 1 to " + SaslText.LONGEST_PASSWORD
                    + " characters in UTF-8, without control characters");
        } finally {
            Arrays.fill(octets, (byte) 0);
            Arrays.fill(given, '\0');
        }
    }
}
