package org.posthouse.indexed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The parameters of a MIME field in the order written. Those in pieces (RFC 2231 §3) are put together, as its §8 asks of IMAP
 * servers; where a piece is extended (§4) all stay percent-encoded, and the name keeps the asterisk that says so.
 */
final class Parameters {
    private static final String NAME_ENDS = ";=\"";
    private static final String ATTRIBUTE_CHAR = "!#$&+-.^_`{|}~"; // besides letters and digits, RFC 2231 §7
    private static final String HEX = "0123456789ABCDEF";

    private record Parameter(String name, ImapText value) {
        boolean extended() {
            return name.endsWith("*");
        }
    }

    private final List<Parameter> all = new ArrayList<>();

    /** Reads all that comes after a field's value: {@code *(";" attribute "=" value)}. */
    static Parameters read(MimeLexer in) {
        var parameters = new Parameters();
        boolean pieces = false;
        for (in.passTo(';'); in.take(';'); in.passTo(';')) {
            var name = in.word(NAME_ENDS);
            if (in.take('=') && !name.isEmpty()) {
                parameters.all.add(new Parameter(name, in.value()));
                pieces |= name.indexOf('*') > 0;
            }
        }
        if (pieces) {
            parameters.join();
        }
        return parameters;
    }

    private void join() {
        Map<String, Parameter> named = new HashMap<>();
        all.forEach(p -> named.putIfAbsent(p.name().toLowerCase(Locale.ROOT), p));
        Map<Parameter, Parameter> whole = new HashMap<>();
        Set<Parameter> taken = new HashSet<>();
        for (var first : all) {
            int star = first.name().lastIndexOf("*0");
            if (star > 0 && (first.name().length() == star + 2 || first.name().substring(star).equals("*0*"))) {
                var pieces = pieces(first.name().substring(0, star).toLowerCase(Locale.ROOT), named);
                if (pieces.getFirst() == first) {
                    whole.put(first, joined(first.name().substring(0, star), pieces));
                    taken.addAll(pieces);
                }
            }
        }
        all.removeIf(p -> taken.contains(p) && !whole.containsKey(p));
        all.replaceAll(p -> whole.getOrDefault(p, p));
    }

    /** As many as there are without a gap. */
    private static List<Parameter> pieces(String name, Map<String, Parameter> named) {
        var pieces = new ArrayList<Parameter>();
        while (true) {
            var numbered = name + "*" + pieces.size();
            var piece = named.getOrDefault(numbered, named.get(numbered + "*"));
            if (piece == null) {
                return pieces;
            }
            pieces.add(piece);
        }
    }

    private static Parameter joined(String name, List<Parameter> pieces) {
        boolean extended = pieces.stream().anyMatch(Parameter::extended);
        var value = new ImapText(64);
        if (extended && !pieces.getFirst().extended()) {
            value.ascii("''"); // neither character set nor language
        }
        for (var piece : pieces) {
            if (!extended || piece.extended()) {
                value.append(piece.value(), 0);
            } else {
                encode(piece.value(), value);
            }
        }
        return new Parameter(extended ? name + "*" : name, value);
    }

    private static void encode(ImapText plain, ImapText into) {
        for (int i = 0; i < plain.length(); i++) {
            int c = plain.at(i);
            boolean attribute = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || ATTRIBUTE_CHAR.indexOf(c) >= 0;
            if (attribute) {
                into.octet(c);
            } else {
                into.octet('%').octet(HEX.charAt(c >> 4 & 15)).octet(HEX.charAt(c & 15));
            }
        }
    }

    boolean has(String name) {
        return all.stream().anyMatch(p -> p.name().equalsIgnoreCase(name));
    }

    void add(String name, String value) {
        all.add(new Parameter(name, new ImapText(value.length()).ascii(value)));
    }

    /** body-fld-param (RFC 3501 §9). */
    void write(ImapText out) {
        if (all.isEmpty()) {
            out.ascii("NIL");
            return;
        }
        char before = '(';
        for (var parameter : all) {
            out.octet(before).string(parameter.name()).octet(' ').string(parameter.value());
            before = ' ';
        }
        out.octet(')');
    }
}
