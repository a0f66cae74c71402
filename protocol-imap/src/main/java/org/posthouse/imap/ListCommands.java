package org.posthouse.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.posthouse.imap.Command.ListFolders;
import org.posthouse.imap.Command.ListFolders.Return;
import org.posthouse.imap.Command.ListFolders.Selection;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.message.Refusal;

/** LIST (RFC 3501 §6.3.8) with its extensions (RFC 3348, RFC 5258, RFC 5819, RFC 6154), and LSUB. */
final class ListCommands {
    private static final long MOST_STEPS = 1_000_000_000; // characters of names times words of patterns: some seconds of one core

    private final Output out;
    private final FolderCommands folders;

    ListCommands(Output out, FolderCommands folders) {
        this.out = out;
        this.folders = folders;
    }

    /** The names of an account at one moment. */
    private record Names(Set<String> there, Set<String> subscribed, Map<String, String> uses) {
        static Names of(AccountSession mail, boolean withSubscriptions) throws IOException {
            return new Names(new TreeSet<>(mail.folders()), withSubscriptions ? new TreeSet<>(mail.subscriptions()) : Set.of(),
                    mail.specialUses());
        }

        /** INBOX first, with the levels above others that are no folders themselves. */
        List<String> withLevelsAbove() {
            var names = new TreeMap<String, Boolean>(ListCommands::inboxFirst);
            for (var set : List.of(there, subscribed)) {
                for (var name : set) {
                    names.put(name, true);
                    above(name).forEach(level -> names.putIfAbsent(level, false));
                }
            }
            return new ArrayList<>(names.keySet());
        }
    }

    private static int inboxFirst(String a, String b) {
        return a.equals(b) ? 0 : a.equals("INBOX") ? -1 : b.equals("INBOX") ? 1 : a.compareTo(b);
    }

    private static List<String> above(String name) {
        var levels = new ArrayList<String>();
        for (int slash = name.indexOf('/', 1); slash > 0; slash = name.indexOf('/', slash + 1)) {
            levels.add(name.substring(0, slash));
        }
        return levels;
    }

    Reply list(AccountSession mail, ListFolders command) throws Rejection, Refusal, IOException {
        if (command.patterns().equals(List.of("")) && command.selection().isEmpty()) {
            out.untagged("LIST (\\Noselect) \"/\" \"\""); // RFC 3501 §6.3.8: what the delimiter is
            return Reply.ok("that is all");
        }
        boolean withSubscriptions = command.selection().contains(Selection.SUBSCRIBED) || command.returns().contains(Return.SUBSCRIBED);
        var names = Names.of(mail, withSubscriptions);
        var all = names.withLevelsAbove();
        var matching = matching(command, all);
        var children = new HashSet<String>();
        names.there().forEach(name -> children.addAll(above(name)));
        var selected = selected(names, command.selection());
        var selectedBelow = new HashSet<String>();
        var untoldBelow = new HashSet<String>();
        if (command.selection().contains(Selection.RECURSIVEMATCH)) {
            selected.forEach(name -> selectedBelow.addAll(above(name)));
            selected.stream().filter(name -> !matching.contains(name)).forEach(name -> untoldBelow.addAll(above(name)));
        }
        for (var name : all) {
            if (!matching.contains(name)) {
                continue;
            }
            boolean because = selected.contains(name) || command.selection().isEmpty() && isLevel(names, name, children);
            if (because || untoldBelow.contains(name)) { // RFC 5258 §3.5: not for what is told itself
                tell(names, name, children, command, selectedBelow.contains(name));
                if (command.returns().contains(Return.STATUS) && names.there().contains(name)) {
                    folders.statusIfThere(mail, name, command.status());
                }
            }
        }
        return Reply.ok("that is all");
    }

    /** Of these names those that fit one of the patterns; one pattern after the other, for each takes memory. */
    private static Set<String> matching(ListFolders command, List<String> names) throws Rejection {
        var patterns = command.patterns().stream().map(p -> FolderPattern.normal(command.reference(), p)).distinct().toList();
        long characters = names.stream().mapToLong(String::length).sum();
        if (patterns.stream().mapToLong(FolderPattern::words).sum() * characters > MOST_STEPS) {
            throw new Rejection(Reply.no("LIMIT", "Too many patterns for so many folders; ask in parts"));
        }
        var matching = new HashSet<String>();
        var pace = new Pace();
        for (var each : patterns) {
            var pattern = new FolderPattern(each);
            for (var name : names) {
                pace.went((long) FolderPattern.words(each) * name.length());
                if (!matching.contains(name) && pattern.matches(name)) {
                    matching.add(name);
                }
            }
        }
        return matching;
    }

    /** Whether it is no folder, but there are folders below it. */
    private static boolean isLevel(Names names, String name, Set<String> children) {
        return !names.there().contains(name) && children.contains(name);
    }

    private static Set<String> selected(Names names, Set<Selection> selection) {
        var selected = new TreeSet<>(selection.contains(Selection.SUBSCRIBED) ? names.subscribed() : names.there());
        if (selection.contains(Selection.SPECIAL_USE)) {
            selected.retainAll(names.uses().keySet());
        }
        return selected;
    }

    private void tell(Names names, String name, Set<String> children, ListFolders command, boolean childInfo) throws Gone {
        var attributes = new ArrayList<String>();
        if (!names.there().contains(name)) {
            attributes.add("\\Noselect \\NonExistent"); // RFC 5258 §3: the one says the other, but not to clients of RFC 3501 alone
        }
        if (names.subscribed().contains(name)) {
            attributes.add("\\Subscribed");
        }
        attributes.add(children.contains(name) ? "\\HasChildren" : "\\HasNoChildren");
        if (names.uses().containsKey(name)) {
            attributes.add(names.uses().get(name));
        }
        out.text("* LIST (").text(String.join(" ", attributes)).text(") \"/\" ").folder(name);
        if (childInfo && command.selection().contains(Selection.SUBSCRIBED)) {
            out.text(" (\"CHILDINFO\" (\"SUBSCRIBED\"))"); // RFC 5258 §3.5
        }
        out.end();
    }

    /** RFC 3501 §6.3.9: a level above what is subscribed is told where the pattern ends with it. */
    Reply lsub(AccountSession mail, Command.Lsub command) throws IOException {
        var pattern = new FolderPattern(FolderPattern.normal(command.reference(), command.pattern()));
        var subscribed = mail.subscriptions();
        var names = new TreeMap<String, Boolean>(ListCommands::inboxFirst);
        for (var name : subscribed) {
            names.put(name, true);
            if (command.pattern().endsWith("%")) {
                above(name).forEach(level -> names.putIfAbsent(level, subscribed.contains(level)));
            }
        }
        for (var name : names.entrySet()) {
            if (pattern.matches(name.getKey())) {
                out.text("* LSUB (").text(name.getValue() ? "" : "\\Noselect").text(") \"/\" ").folder(name.getKey()).end();
            }
        }
        return Reply.ok("that is all");
    }
}
