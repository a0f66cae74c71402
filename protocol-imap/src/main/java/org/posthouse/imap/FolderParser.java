package org.posthouse.imap;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.posthouse.imap.Command.Access;
import org.posthouse.imap.Command.ListFolders;
import org.posthouse.imap.Command.ListFolders.Return;
import org.posthouse.imap.Command.ListFolders.Selection;
import org.posthouse.imap.Command.StatusItem;
import org.posthouse.mailbox.UidSet;

/** Reads the commands on folders (RFC 3501 §6.3) with what extensions add to them. */
final class FolderParser {
    private static final int MOST_PATTERNS = 1000;

    private final CommandText text;

    FolderParser(CommandText text) {
        this.text = text;
    }

    Command command(String name) throws Rejection {
        text.space();
        return switch (name) {
            case "SELECT" -> new Command.Select(text.folder(), Access.READ_WRITE, selectOptions());
            case "EXAMINE" -> new Command.Select(text.folder(), Access.READ_ONLY, selectOptions());
            case "CREATE" -> new Command.Create(text.folder(), uses());
            case "DELETE" -> new Command.Delete(text.folder());
            case "RENAME" -> rename();
            case "SUBSCRIBE" -> new Command.Subscribe(text.folder());
            case "UNSUBSCRIBE" -> new Command.Unsubscribe(text.folder());
            case "LIST" -> list();
            case "LSUB" -> lsub();
            case "STATUS" -> status();
            case "APPEND" -> append();
            default -> throw new Rejection("unknown command");
        };
    }

    private Command rename() throws Rejection {
        var from = text.folder();
        text.space();
        return new Command.Rename(from, text.folder());
    }

    /** RFC 4466 §2.2: {@code (CONDSTORE)}, {@code (QRESYNC (…))}. */
    private Command.SelectOptions selectOptions() throws Rejection {
        var found = new Object() {
            boolean condstore;
            Optional<Command.Known> qresync = Optional.empty();
        };
        if (text.took(' ')) {
            text.list(() -> {
                switch (text.word()) {
                    case "CONDSTORE" -> found.condstore = true;
                    case "QRESYNC" -> found.qresync = Optional.of(known());
                    default -> throw new Rejection("SELECT has no such parameter");
                }
            });
        }
        return new Command.SelectOptions(found.condstore, found.qresync);
    }

    /** RFC 7162 §3.2.5: {@code (uidvalidity modseq [uids] [(numbers uids)])}. */
    private Command.Known known() throws Rejection {
        var sets = new SetParser(text);
        text.space();
        text.take('(');
        long uidValidity = text.positive();
        text.space();
        long modseq = text.longNumber();
        Optional<UidSet> uids = Optional.empty();
        Optional<Command.Matches> matches = Optional.empty();
        if (text.took(' ')) {
            if (text.peek() != '(') {
                uids = Optional.of(sets.known());
            }
            if (uids.isEmpty() || text.took(' ')) {
                text.take('(');
                var numbers = sets.known();
                text.space();
                matches = Optional.of(new Command.Matches(numbers, sets.known()));
                text.take(')');
            }
        }
        text.take(')');
        return new Command.Known(uidValidity, modseq, uids, matches);
    }

    /** RFC 6154 §3: {@code (USE (\Sent))}. */
    private Set<String> uses() throws Rejection {
        var uses = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        if (text.took(' ')) {
            text.list(() -> {
                if (!text.tookWord("USE")) {
                    throw new Rejection("CREATE has no such parameter");
                }
                text.space();
                text.list(() -> {
                    text.take('\\');
                    uses.add("\\" + text.atom());
                });
            });
        }
        return uses;
    }

    private Command list() throws Rejection {
        var selection = EnumSet.noneOf(Selection.class);
        boolean extended = text.peek() == '(';
        if (extended) {
            text.list(() -> selection.add(selection(text.word())));
            text.space();
        }
        var reference = text.folder();
        text.space();
        var patterns = patterns();
        var returns = EnumSet.noneOf(Return.class);
        var status = EnumSet.noneOf(StatusItem.class);
        if (text.took(' ')) {
            returns(returns, status);
        }
        if (selection.contains(Selection.RECURSIVEMATCH) && !selection.contains(Selection.SUBSCRIBED)
                && !selection.contains(Selection.SPECIAL_USE)) {
            throw new Rejection("RECURSIVEMATCH goes with SUBSCRIBED or SPECIAL-USE only"); // RFC 5258 §3.1
        }
        return new ListFolders(reference, patterns, selection, returns, status);
    }

    private static Selection selection(String word) throws Rejection {
        return switch (word) {
            case "SUBSCRIBED" -> Selection.SUBSCRIBED;
            case "REMOTE" -> Selection.REMOTE;
            case "RECURSIVEMATCH" -> Selection.RECURSIVEMATCH;
            case "SPECIAL-USE" -> Selection.SPECIAL_USE;
            default -> throw new Rejection("LIST selects by no such thing");
        };
    }

    private List<String> patterns() throws Rejection {
        if (text.peek() != '(') {
            return List.of(text.pattern());
        }
        var patterns = new ArrayList<String>();
        text.list(() -> {
            patterns.add(text.pattern());
            if (patterns.size() > MOST_PATTERNS) {
                throw new Rejection(Reply.no("LIMIT", "No more than " + MOST_PATTERNS + " patterns"));
            }
        });
        return List.copyOf(patterns);
    }

    private void returns(Set<Return> returns, Set<StatusItem> status) throws Rejection {
        if (!text.tookWord("RETURN")) {
            throw new Rejection("RETURN is missing");
        }
        text.space();
        text.list(() -> {
            switch (text.word()) {
                case "SUBSCRIBED" -> returns.add(Return.SUBSCRIBED);
                case "CHILDREN" -> returns.add(Return.CHILDREN);
                case "SPECIAL-USE" -> returns.add(Return.SPECIAL_USE);
                case "STATUS" -> {
                    returns.add(Return.STATUS);
                    text.space();
                    status.addAll(statusItems());
                }
                default -> throw new Rejection("LIST returns no such thing");
            }
        });
    }

    private Command lsub() throws Rejection {
        var reference = text.folder();
        text.space();
        return new Command.Lsub(reference, text.pattern());
    }

    private Command status() throws Rejection {
        var folder = text.folder();
        text.space();
        return new Command.Status(folder, statusItems());
    }

    private Set<StatusItem> statusItems() throws Rejection {
        var items = EnumSet.noneOf(StatusItem.class);
        text.list(() -> items.add(statusItem(text.word())));
        if (items.isEmpty()) {
            throw new Rejection("STATUS of what?");
        }
        return items;
    }

    private static StatusItem statusItem(String word) throws Rejection {
        return switch (word) {
            case "MESSAGES" -> StatusItem.MESSAGES;
            case "RECENT" -> StatusItem.RECENT;
            case "UIDNEXT" -> StatusItem.UIDNEXT;
            case "UIDVALIDITY" -> StatusItem.UIDVALIDITY;
            case "UNSEEN" -> StatusItem.UNSEEN;
            case "HIGHESTMODSEQ" -> StatusItem.HIGHESTMODSEQ;
            case "SIZE" -> StatusItem.SIZE;
            case "APPENDLIMIT" -> StatusItem.APPENDLIMIT;
            default -> throw new Rejection("STATUS knows nothing of that name");
        };
    }

    /** The text ends where the message is announced. */
    private Command append() throws Rejection {
        var folder = text.folder();
        text.space();
        Set<String> flags = Set.of();
        if (text.peek() == '(') {
            flags = CommandParser.flags(text);
            text.space();
        }
        Optional<Instant> received = Optional.empty();
        if (text.peek() == '"') {
            received = Optional.of(Dates.moment(text.string()));
            text.space();
        }
        return new Command.Append(folder, new Command.Append.Message(flags, received, text.announced()));
    }
}
