package org.posthouse.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Mail;
import org.posthouse.message.RawFields;

/** One message that is searched, and what was looked at of it so far. Of one thread. */
final class Candidate {
    private static final int LONGEST_VALUE = 64 << 10; // characters of a field that are looked at

    private enum Seen { LISTING, DIGEST, HEADER, ALL }

    private final SearchPlan plan;
    private final Mail mail;
    private final Pace pace;
    private final Map<String, List<String>> fields = new HashMap<>(); // decoded and folded
    private Seen seen = Seen.LISTING;
    private BitSet words = new BitSet(); // indexes of needles that were found

    Candidate(SearchPlan plan, Mail mail, Pace pace) {
        this.plan = plan;
        this.mail = mail;
        this.pace = pace;
    }

    Pace pace() {
        return pace;
    }

    Mail mail() {
        return mail;
    }

    Answer answer() {
        return plan.criterion().of(this);
    }

    /** What the index keeps of its header, with addresses as the envelope shows them (RFC 3501 §6.4.4, FROM). */
    Candidate look(Digest digest) {
        var kept = digest.fields();
        var octets = new byte[kept.remaining()];
        kept.get(kept.position(), octets);
        for (var field = new RawFields(octets); field.next();) {
            var name = field.name();
            if (plan.fields().contains(name)) {
                add(name, value(octets, field.body(), field.end()));
            }
        }
        for (var name : plan.fields()) {
            EnvelopeAddresses.of(digest.envelope(), name).forEach(address -> add(name, address));
        }
        seen = Seen.DIGEST;
        return this;
    }

    /** Unfolded; octets that are not UTF-8 are read as ISO-8859-1. */
    private static String value(byte[] octets, int from, int to) {
        var text = new String(octets, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') >= 0) {
            text = new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
        }
        return text.replace("\r\n", "").strip();
    }

    private void add(String name, String value) {
        var cut = value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE);
        fields.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(CaseFold.of(EncodedWords.decoded(cut)));
    }

    /** All of its header. */
    Candidate lookAtHeader(MailText text) throws IOException {
        for (var field : text.headers().fields()) {
            var name = field.name().toLowerCase(Locale.ROOT);
            if (plan.fields().contains(name) && !Digest.FIELDS.contains(name)) {
                add(name, field.body());
            }
        }
        words = text.findInHeader(plan.anywhere());
        seen = Seen.HEADER;
        return this;
    }

    Candidate lookAtBody(MailText text) throws IOException {
        words = text.findInBody(plan.anyNeedle());
        seen = Seen.ALL;
        return this;
    }

    /** @param fits is given the folded bodies of all fields of that name */
    Answer field(String name, Predicate<List<String>> fits) {
        boolean known = seen.compareTo(Digest.FIELDS.contains(name) ? Seen.DIGEST : Seen.HEADER) >= 0;
        if (!known) {
            return Answer.UNKNOWN;
        }
        var values = fields.getOrDefault(name, List.of());
        values.forEach(value -> pace.went(value.length()));
        return Answer.of(fits.test(values));
    }

    Answer words(int needle) {
        if (words.get(needle)) {
            return Answer.YES;
        }
        return seen == Seen.ALL ? Answer.NO : Answer.UNKNOWN;
    }
}
