package org.posthouse.dnsbl;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which answers of a list count: {@code 127.0.0.2}, or with numbers and ranges in the place of a number, {@code 127.0.[0;2].[4..7;9]}.
 * What is outside of 127.0.0.0/8 never counts, nor 127.0.0.1 and 127.255.255.x, with which lists say that they do not answer.
 */
record Answers(String text, List<BitSet> octets) {
    private static final Pattern FORM = Pattern.compile("127(\\.(\\d{1,3}|\\[[0-9.;]+])){3}");
    private static final Pattern OCTET = Pattern.compile("\\[[0-9.;]+]|\\d+");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,3})(?:\\.\\.(\\d{1,3}))?");
    private static final int VALUES = 256;

    static final Answers ANY = new Answers("", List.of());

    /** IllegalArgumentException, with what would be right, when it is no such form. */
    static Answers parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no answer of a list; write it like 127.0.0.2 or 127.0.0.[2..11;20]");
        }
        var octets = new ArrayList<BitSet>();
        var found = OCTET.matcher(text);
        while (found.find()) {
            octets.add(values(found.group(), text));
        }
        return new Answers(text, List.copyOf(octets));
    }

    private static BitSet values(String octet, String text) {
        var values = new BitSet(VALUES);
        Arrays.stream(octet.replaceAll("[\\[\\]]", "").split(";", -1)).forEach(part -> {
            var range = RANGE.matcher(part);
            int from = range.matches() ? Integer.parseInt(range.group(1)) : VALUES;
            int to = range.matches() && range.group(2) != null ? Integer.parseInt(range.group(2)) : from;
            if (to >= VALUES || from > to) {
                throw new IllegalArgumentException("'" + part + "' in '" + text + "' is no number from 0 to 255 and no range like 2..11");
            }
            values.set(from, to + 1);
        });
        return values;
    }

    /** Whether a list that answers so is not answering at all. */
    static boolean wrong(InetAddress answer) {
        int[] octets = octets(answer);
        return octets.length != 4 || octets[0] != 127 || octets[1] == 255 && octets[2] == 255
                || octets[1] == 0 && octets[2] == 0 && octets[3] == 1;
    }

    boolean count(InetAddress answer) {
        int[] given = octets(answer);
        if (wrong(answer)) {
            return false;
        }
        for (int i = 0; i < octets.size(); i++) {
            if (!octets.get(i).get(given[i])) {
                return false;
            }
        }
        return true;
    }

    private static int[] octets(InetAddress address) {
        byte[] octets = address.getAddress();
        int[] values = new int[octets.length];
        for (int i = 0; i < octets.length; i++) {
            values[i] = octets[i] & 0xff;
        }
        return values;
    }
}
