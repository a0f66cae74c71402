package org.posthouse.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    Reply list(AccountSession mail, ListFolders command) throws Rejection, Refusal, IOException {
        if (command.patterns().equals(List.of("")) && command.selection().isEmpty()) {
            out.untagged("LIST (\\Noselect) \"/\" \"\""); // RFC 3501 §6.3.8: what the delimiter is
            return Reply.ok("that is all");
        }
        boolean withSubscriptions = command.selection().contains(Selection.SUBSCRIBED) || command.returns().contains(Return.SUBSCRIBED);
        var names = FolderNames.of(mail, withSubscriptions);
        var matching = matching(command, names);
        var selected = selected(names, command.selection());
        boolean recursive = command.selection().contains(Selection.RECURSIVEMATCH);
        var untold = recursive ? without(selected, names, matching) : new TreeSet<String>();
        int index = 0;
        for (var name : names) {
            if (!matching.get(index++)) {
                continue;
            }
            boolean because = selected.contains(name) || command.selection().isEmpty() && names.isLevel(name);
            if (because || FolderNames.isAbove(name, untold)) { // RFC 5258 §3.5: not for what is told itself
                tell(names, name, command, recursive && FolderNames.isAbove(name, selected));
                if (command.returns().contains(Return.STATUS) && names.there().contains(name)) {
                    folders.statusIfThere(mail, name, command.status());
                }
            }
        }
        return Reply.ok("that is all");
    }

    /** Which names fit one of the patterns; one pattern after the other, for each takes memory. */
    private static BitSet matching(ListFolders command, FolderNames names) throws Rejection {
        var patterns = command.patterns().stream().map(p -> FolderPattern.normal(command.reference(), p)).distinct().toList();
        long characters = 0;
        for (var name : names) {
            characters += name.length();
        }
        if (patterns.stream().mapToLong(FolderPattern::words).sum() * characters > MOST_STEPS) {
            throw new Rejection(Reply.no("LIMIT", "Too many patterns for so many folders; ask in parts"));
        }
        var matching = new BitSet();
        var pace = new Pace();
        for (var each : patterns) {
            var pattern = new FolderPattern(each);
            int index = 0;
            for (var name : names) {
                pace.went((long) FolderPattern.words(each) * name.length());
                if (!matching.get(index) && pattern.matches(name)) {
                    matching.set(index);
                }
                index++;
            }
        }
        return matching;
    }

    private static NavigableSet<String> selected(FolderNames names, Set<Selection> selection) {
        var selected = new TreeSet<>(selection.contains(Selection.SUBSCRIBED) ? names.subscribed() : names.there());
        if (selection.contains(Selection.SPECIAL_USE)) {
            selected.retainAll(names.uses().keySet());
        }
        return selected;
    }

    /** Those that do not fit. */
    private static NavigableSet<String> without(Set<String> selected, FolderNames names, BitSet matching) {
        var others = new TreeSet<String>();
        int index = 0;
        for (var name : names) {
            if (!matching.get(index++) && selected.contains(name)) {
                others.add(name);
            }
        }
        return others;
    }

    private void tell(FolderNames names, String name, ListFolders command, boolean childInfo) throws Gone {
        var attributes = new ArrayList<String>();
        if (!names.there().contains(name)) {
            attributes.add(isExtended(command) ? "\\NonExistent" : "\\Noselect \\NonExistent");
        }
        if (names.subscribed().contains(name)) {
            attributes.add("\\Subscribed");
        }
        attributes.add(names.hasChildren(name) ? "\\HasChildren" : "\\HasNoChildren");
        if (names.uses().containsKey(name)) {
            attributes.add(names.uses().get(name));
        }
        out.text("* LIST (").text(String.join(" ", attributes)).text(") \"/\" ").folder(name);
        if (childInfo) {
            out.text(" (\"CHILDINFO\" (").text(childInfo(command.selection())).text("))"); // RFC 5258 §3.5
        }
        out.end();
    }

    /** RFC 5258 §3: who asks in the new way knows that \NonExistent means \Noselect. */
    private static boolean isExtended(ListFolders command) {
        return !command.selection().isEmpty() || !command.returns().isEmpty() || command.patterns().size() > 1;
    }

    private static String childInfo(Set<Selection> selection) {
        return selection.stream().filter(s -> s == Selection.SUBSCRIBED || s == Selection.SPECIAL_USE)
                .map(s -> "\"" + s.name().replace('_', '-') + "\"").collect(Collectors.joining(" "));
    }

    /** RFC 3501 §6.3.9: a level above what is subscribed is told where the pattern ends with it. */
    Reply lsub(AccountSession mail, Command.Lsub command) throws IOException {
        var pattern = new FolderPattern(FolderPattern.normal(command.reference(), command.pattern()));
        var names = FolderNames.subscribed(mail);
        boolean levels = command.pattern().endsWith("%");
        for (var name : names) {
            boolean subscribed = names.subscribed().contains(name);
            if ((subscribed || levels) && pattern.matches(name)) {
                out.text("* LSUB (").text(subscribed ? "" : "\\Noselect").text(") \"/\" ").folder(name).end();
            }
        }
        return Reply.ok("that is all");
    }
}
