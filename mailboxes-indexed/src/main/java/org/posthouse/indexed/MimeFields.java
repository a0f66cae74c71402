package org.posthouse.indexed;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What the header of one part says about its body, as BODYSTRUCTURE has it (RFC 3501 §7.4.2). Of each field the first counts. */
final class MimeFields {
    /** The items that come as they are written, and those that are read. */
    private enum Item { ID, DESCRIPTION, ENCODING, MD5, DISPOSITION, LANGUAGE, LOCATION }

    private final String type;
    private final Map<Item, ImapText> items = new EnumMap<>(Item.class);
    private Parameters parameters = new Parameters();
    private boolean typed;

    /** @param type what the part is taken for; a Content-Type field that says otherwise was not understood, and tells no parameters */
    MimeFields(String type) {
        this.type = type;
    }

    /** @param name in lower case; the field's body is {@code header} from {@code from} to {@code to} */
    void take(String name, byte[] header, int from, int to) {
        switch (name) {
            case "content-type" -> type(new MimeLexer(header, from, to));
            case "content-id" -> keep(Item.ID, header, from, to);
            case "content-description" -> keep(Item.DESCRIPTION, header, from, to);
            case "content-md5" -> keep(Item.MD5, header, from, to);
            case "content-location" -> keep(Item.LOCATION, header, from, to);
            case "content-transfer-encoding" -> encoding(new MimeLexer(header, from, to));
            case "content-disposition" -> disposition(new MimeLexer(header, from, to));
            case "content-language" -> language(new MimeLexer(header, from, to));
            default -> { }
        }
    }

    private void keep(Item item, byte[] header, int from, int to) {
        items.computeIfAbsent(item, _ -> new ImapText(to - from + 8).unfolded(header, from, to));
    }

    private void type(MimeLexer in) {
        if (!typed && in.word(";").toLowerCase(Locale.ROOT).equals(type)) {
            typed = true;
            parameters = Parameters.read(in);
        }
    }

    private void encoding(MimeLexer in) {
        var word = in.word(";");
        if (!word.isEmpty()) {
            items.computeIfAbsent(Item.ENCODING, _ -> new ImapText(16).string(word));
        }
    }

    private void disposition(MimeLexer in) {
        var word = in.word(";=");
        if (in.peek() == 0 && word.isEmpty() || items.containsKey(Item.DISPOSITION)) {
            return;
        }
        var text = new ImapText(64).octet('(').string(word.isEmpty() ? "attachment" : word).octet(' '); // RFC 2183 §2.8: as if unknown
        Parameters.read(in).write(text);
        items.put(Item.DISPOSITION, text.octet(')'));
    }

    private void language(MimeLexer in) {
        var text = new ImapText(16);
        char before = '(';
        for (boolean more = true; more; more = in.take(',')) {
            var word = in.word(",");
            if (!word.isEmpty()) {
                text.octet(before).string(word);
                before = ' ';
            }
        }
        if (!text.isEmpty()) {
            items.putIfAbsent(Item.LANGUAGE, text.octet(')'));
        }
    }

    /** From the type, which may be another than it says, to the encoding. */
    void fields(String shown, ImapText out) {
        int slash = shown.indexOf('/');
        out.string(shown.substring(0, slash)).octet(' ').string(shown.substring(slash + 1)).octet(' ');
        if (shown.equals("text/plain") && !parameters.has("charset")) {
            parameters.add("charset", "us-ascii"); // RFC 2045 §5.2; other text has no default any more, RFC 6657 §3
        }
        parameters.write(out);
        write(Item.ID, out.octet(' '));
        write(Item.DESCRIPTION, out.octet(' '));
        out.octet(' ');
        if (items.containsKey(Item.ENCODING)) {
            write(Item.ENCODING, out);
        } else {
            out.ascii("\"7bit\"");
        }
    }

    void parameters(ImapText out) {
        parameters.write(out);
    }

    void md5(ImapText out) {
        write(Item.MD5, out);
    }

    /** Disposition, language and location, each with a space before it. */
    void extension(ImapText out) {
        write(Item.DISPOSITION, out.octet(' '));
        write(Item.LANGUAGE, out.octet(' '));
        write(Item.LOCATION, out.octet(' '));
    }

    private void write(Item item, ImapText out) {
        var text = items.get(item);
        if (text == null) {
            out.ascii("NIL");
        } else {
            out.append(text, 0);
        }
    }
}
