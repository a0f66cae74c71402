package org.posthouse.imap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.posthouse.imap.FetchItem.Attribute;
import org.posthouse.imap.FetchItem.Form;
import org.posthouse.imap.FetchItem.Octets;
import org.posthouse.imap.FetchItem.Partial;
import org.posthouse.imap.FetchItem.Section;
import org.posthouse.imap.FetchItem.Text;

/** Reads what FETCH is to tell (RFC 3501 §6.4.5, RFC 7162 §3.1.4). */
final class FetchParser {
    private static final int DEEPEST_PART = 100;
    private static final int MOST_ITEMS = 1000;
    private static final int MOST_NAMES = 1000; // of fields, in all items: each response repeats them
    private static final Section MESSAGE = new Section(List.of(), Text.Whole.ALL);

    private final CommandText text;
    private int names;

    FetchParser(CommandText text) {
        this.text = text;
    }

    Command fetch(Numbering by) throws Rejection {
        text.space();
        var set = new SetParser(text).set();
        text.space();
        var items = items();
        var options = options();
        if (options.vanished() && (by != Numbering.UID || options.changedSince().isEmpty())) {
            throw new Rejection("VANISHED goes with UID FETCH and CHANGEDSINCE only"); // RFC 7162 §3.2.6
        }
        return new Command.Fetch(by, set, items, options);
    }

    private List<FetchItem> items() throws Rejection {
        var items = new ArrayList<FetchItem>();
        if (text.peek() != '(') {
            items.addAll(macro());
            return items;
        }
        text.list(() -> {
            items.add(item(text.attribute()));
            if (items.size() > MOST_ITEMS) {
                throw new Rejection("that is too much to tell");
            }
        });
        if (items.isEmpty()) {
            throw new Rejection("nothing to tell");
        }
        return items;
    }

    private List<FetchItem> macro() throws Rejection {
        var fast = List.<FetchItem>of(Attribute.FLAGS, Attribute.INTERNALDATE, Attribute.RFC822_SIZE);
        var name = text.attribute();
        return switch (name) {
            case "FAST" -> fast;
            case "ALL" -> with(fast, Attribute.ENVELOPE);
            case "FULL" -> with(with(fast, Attribute.ENVELOPE), Attribute.BODY);
            default -> List.of(item(name));
        };
    }

    private static List<FetchItem> with(List<FetchItem> items, FetchItem more) {
        var all = new ArrayList<>(items);
        all.add(more);
        return all;
    }

    private FetchItem item(String name) throws Rejection {
        return switch (name) {
            case "UID" -> Attribute.UID;
            case "FLAGS" -> Attribute.FLAGS;
            case "INTERNALDATE" -> Attribute.INTERNALDATE;
            case "RFC822.SIZE" -> Attribute.RFC822_SIZE;
            case "ENVELOPE" -> Attribute.ENVELOPE;
            case "BODYSTRUCTURE" -> Attribute.BODYSTRUCTURE;
            case "MODSEQ" -> Attribute.MODSEQ;
            case "RFC822" -> new Octets(Form.RFC822, MESSAGE, Optional.empty());
            case "RFC822.HEADER" -> new Octets(Form.RFC822_HEADER, new Section(List.of(), Text.Whole.HEADER), Optional.empty());
            case "RFC822.TEXT" -> new Octets(Form.RFC822_TEXT, new Section(List.of(), Text.Whole.TEXT), Optional.empty());
            case "BODY" -> text.peek() == '[' ? octets(Form.BODY) : Attribute.BODY;
            case "BODY.PEEK" -> octets(Form.BODY_PEEK);
            default -> throw new Rejection("FETCH knows nothing of that name");
        };
    }

    private FetchItem octets(Form form) throws Rejection {
        text.take('[');
        var section = section();
        text.take(']');
        return new Octets(form, section, partial());
    }

    private Section section() throws Rejection {
        var part = new ArrayList<Integer>();
        while (text.peek() >= '0' && text.peek() <= '9') {
            part.add((int) Math.min(text.positive(), Integer.MAX_VALUE));
            if (part.size() > DEEPEST_PART) {
                throw new Rejection("no message is that deep");
            }
            if (!text.took('.')) {
                return new Section(part, Text.Whole.ALL);
            }
        }
        return text.peek() == ']' && part.isEmpty() ? MESSAGE : new Section(part, sectionText(part));
    }

    private Text sectionText(List<Integer> part) throws Rejection {
        if (text.tookWord("HEADER.FIELDS.NOT")) {
            return new Text.Fields(Text.Which.ALL_OTHERS, names());
        }
        if (text.tookWord("HEADER.FIELDS")) {
            return new Text.Fields(Text.Which.THESE, names());
        }
        if (text.tookWord("HEADER")) {
            return Text.Whole.HEADER;
        }
        if (text.tookWord("TEXT")) {
            return Text.Whole.TEXT;
        }
        if (text.tookWord("MIME") && !part.isEmpty()) {
            return Text.Whole.MIME;
        }
        throw new Rejection("there is no such section");
    }

    private List<String> names() throws Rejection {
        text.space();
        var names = new ArrayList<String>();
        text.list(() -> names.add(text.astring()));
        if (names.isEmpty()) {
            throw new Rejection("names of fields are missing");
        }
        this.names += names.size();
        if (this.names > MOST_NAMES) {
            throw new Rejection(Reply.no("LIMIT", "No more than " + MOST_NAMES + " names of fields"));
        }
        return names;
    }

    private Optional<Partial> partial() throws Rejection {
        if (!text.took('<')) {
            return Optional.empty();
        }
        long offset = text.longNumber();
        text.take('.');
        long length = text.longNumber();
        text.take('>');
        if (length == 0) {
            throw new Rejection("a part of no octets");
        }
        return Optional.of(new Partial(offset, length));
    }

    private Command.FetchOptions options() throws Rejection {
        if (!text.took(' ')) {
            return new Command.FetchOptions(OptionalLong.empty(), false);
        }
        var found = new Object() {
            OptionalLong changedSince = OptionalLong.empty();
            boolean vanished;
        };
        text.list(() -> {
            switch (text.word()) {
                case "CHANGEDSINCE" -> {
                    text.space();
                    found.changedSince = OptionalLong.of(text.longNumber());
                }
                case "VANISHED" -> found.vanished = true;
                default -> throw new Rejection("FETCH has no such modifier");
            }
        });
        return new Command.FetchOptions(found.changedSince, found.vanished);
    }
}
