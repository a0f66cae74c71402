package org.posthouse.imap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.posthouse.imap.Command.Malformed;
import org.posthouse.mailbox.FlagUpdate;

/**
 * Makes a {@link Command} of its octets (RFC 3501 §9). What it cannot read comes out as {@link Malformed}, never as an
 * exception, and costs no more than its octets.
 */
final class CommandParser {
    private static final int MOST_ID_FIELDS = 30; // RFC 2971 §3.3

    private final CommandText text;

    private CommandParser(byte[] octets) {
        this.text = new CommandText(octets);
    }

    /** @param octets without the last line end; literals stand in it after their announcements */
    static Request parse(byte[] octets) {
        return new CommandParser(octets).request();
    }

    /** The tag that a command begins with; {@code *} where there is none, or its end is not to be seen. */
    static String tag(byte[] beginning) {
        var text = new CommandText(beginning);
        try {
            var tag = text.tag();
            return text.took(' ') ? tag : "*";
        } catch (Rejection _) {
            return "*";
        }
    }

    private Request request() {
        var tag = "*";
        try {
            tag = text.tag();
            text.space();
            var command = command(text.word());
            text.end();
            return new Request(tag, command);
        } catch (Rejection e) {
            return new Request(tag, new Malformed(e.reply()));
        }
    }

    private Command command(String name) throws Rejection {
        return switch (name) {
            case "CAPABILITY" -> new Command.Capability();
            case "NOOP" -> new Command.Noop();
            case "LOGOUT" -> new Command.Logout();
            case "ID" -> id();
            case "STARTTLS" -> new Command.StartTls();
            case "AUTHENTICATE" -> authenticate();
            case "LOGIN" -> login();
            case "ENABLE" -> enable();
            case "COMPRESS" -> compress();
            case "IDLE" -> new Command.Idle();
            case "NAMESPACE" -> new Command.Namespace();
            case "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "LSUB", "STATUS", "APPEND" ->
                    new FolderParser(text).command(name);
            case "CHECK" -> new Command.Check();
            case "CLOSE" -> new Command.Close();
            case "UNSELECT" -> new Command.Unselect();
            case "EXPUNGE" -> new Command.Expunge(Optional.empty());
            case "UID" -> byUid();
            case "COPY", "MOVE", "STORE", "FETCH", "SEARCH" -> onMessages(name, Numbering.SEQUENCE);
            default -> throw new Rejection("unknown command");
        };
    }

    private Command byUid() throws Rejection {
        text.space();
        var name = text.word();
        if (!name.equals("EXPUNGE")) {
            return onMessages(name, Numbering.UID);
        }
        text.space();
        return new Command.Expunge(Optional.of(new SetParser(text).set()));
    }

    private Command onMessages(String name, Numbering by) throws Rejection {
        return switch (name) {
            case "COPY" -> new Command.Copy(by, set(), folder());
            case "MOVE" -> new Command.Move(by, set(), folder());
            case "STORE" -> store(by);
            case "FETCH" -> new FetchParser(text).fetch(by);
            case "SEARCH" -> new SearchParser(text).search(by);
            default -> throw new Rejection("unknown command");
        };
    }

    /** RFC 2971 §3.1. */
    private Command id() throws Rejection {
        text.space();
        var fields = new LinkedHashMap<String, String>();
        if (!text.tookWord("NIL")) {
            text.list(() -> {
                var name = text.string().toLowerCase(Locale.ROOT);
                text.space();
                text.nstring().ifPresent(value -> fields.put(name, value));
                if (fields.size() > MOST_ID_FIELDS) {
                    throw new Rejection("that is too much to say of oneself");
                }
            });
        }
        return new Command.Id(fields);
    }

    private Command authenticate() throws Rejection {
        text.space();
        var mechanism = text.word();
        if (!text.took(' ')) {
            return new Command.Authenticate(mechanism, Optional.empty());
        }
        return new Command.Authenticate(mechanism, Optional.of(text.astring()));
    }

    private Command login() throws Rejection {
        text.space();
        var user = text.text();
        text.space();
        return new Command.Login(user, text.secret());
    }

    private Command enable() throws Rejection {
        var capabilities = new ArrayList<String>();
        do {
            text.space();
            capabilities.add(text.word());
        } while (!text.atEnd());
        return new Command.Enable(List.copyOf(capabilities));
    }

    private Command compress() throws Rejection {
        text.space();
        return new Command.Compress(text.word());
    }

    private MessageSet set() throws Rejection {
        text.space();
        return new SetParser(text).set();
    }

    private String folder() throws Rejection {
        text.space();
        return text.folder();
    }

    /** RFC 3501 §6.4.6, RFC 7162 §3.1.3. */
    private Command store(Numbering by) throws Rejection {
        var set = set();
        text.space();
        long unchangedSince = FlagUpdate.ALWAYS;
        if (text.took('(')) {
            if (!text.tookWord("UNCHANGEDSINCE")) {
                throw new Rejection("STORE has no such modifier");
            }
            text.space();
            unchangedSince = Math.min(text.longNumber(), FlagUpdate.ALWAYS - 1);
            text.take(')');
            text.space();
        }
        var kind = text.took('+') ? FlagUpdate.Kind.ADD : text.took('-') ? FlagUpdate.Kind.REMOVE : FlagUpdate.Kind.REPLACE;
        var echo = switch (text.word()) {
            case "FLAGS" -> Command.Store.Echo.FLAGS;
            case "FLAGS.SILENT" -> Command.Store.Echo.SILENT;
            default -> throw new Rejection("STORE changes nothing of that name");
        };
        text.space();
        return new Command.Store(by, set, new FlagUpdate(kind, flags(text), unchangedSince), echo);
    }

    /** In parentheses or not; the same one in other letters counts once. */
    static Set<String> flags(CommandText text) throws Rejection {
        var flags = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        if (text.peek() == '(') {
            text.list(() -> flags.add(text.flag()));
            return flags;
        }
        do {
            flags.add(text.flag());
        } while (text.took(' '));
        return flags;
    }
}
