package org.posthouse.dnsbl;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A list as the settings name it, {@code [subject:]zone[=answers][*weight]}: {@code zen.example=127.0.0.[2..11]*3}, {@code sender:dbl.example}.
 *
 * @param weight 1 where none is given; negative for a list of those that are welcome
 */
record DnsList(Use use, Subject subject, String zone, Answers answers, double weight) {
    /** What comes of being listed. */
    enum Use { REFUSE, DEFER, SCORE, SHADOW }

    private static final Pattern FORM = Pattern.compile("(?:(client|name|hello|sender):)?([a-zA-Z0-9_.-]+)(?:=([0-9.;\\[\\]]+))?(?:\\*(-?\\d{1,6}(?:\\.\\d{1,3})?))?");

    /** IllegalArgumentException, with what would be right, when it is no such form. */
    static DnsList parse(Use use, String text) {
        var form = FORM.matcher(text.strip());
        if (!form.matches() || !form.group(2).matches("[^.]{1,63}(\\.[^.]{1,63})+\\.?")) {
            throw new IllegalArgumentException("'" + text.strip() + "' is not a list; write it like zen.example=127.0.0.[2..11]*3 or sender:dbl.example");
        }
        var zone = form.group(2).toLowerCase(Locale.ROOT);
        return new DnsList(use, form.group(1) == null ? Subject.CLIENT : Subject.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
                zone.endsWith(".") ? zone.substring(0, zone.length() - 1) : zone,
                form.group(3) == null ? Answers.ANY : Answers.parse(form.group(3)),
                form.group(4) == null ? 1 : Double.parseDouble(form.group(4)));
    }

    /** As its findings are called. */
    String symbol() {
        return "DNSBL_" + zone + (subject == Subject.CLIENT ? "" : "_" + subject.word());
    }
}
