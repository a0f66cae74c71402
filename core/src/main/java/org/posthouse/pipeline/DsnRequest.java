package org.posthouse.pipeline;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a sender wants to be told of one recipient: {@code NOTIFY} and {@code ORCPT} of RCPT (RFC 3461 §4.1, §4.2). The words
 * themselves stay among the {@link Recipient#parameters}, and travel with them through the queue; this is how they are read.
 *
 * @param events   of what; nothing where it said {@code NEVER}, and failure and delay where it said nothing
 * @param said     whether it said anything
 * @param original the recipient the sender had named, as it stands in ORCPT: {@code rfc822;xtext} or {@code utf-8;...}
 */
public record DsnRequest(Set<When> events, boolean said, Optional<String> original) {
    /** What a sender can be told of. */
    public enum When { SUCCESS, FAILURE, DELAY }

    public static final String NOTIFY = "NOTIFY";
    public static final String ORCPT = "ORCPT";

    private static final DsnRequest NONE = new DsnRequest(EnumSet.of(When.FAILURE, When.DELAY), false, Optional.empty());
    private static final int LONGEST_ORIGINAL = 500; // RFC 3461 §4.2
    /** RFC 3461 §4.2, RFC 6533 §3: a type, then xtext or one of the forms for addresses beyond ASCII. */
    private static final Pattern ORIGINAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,30};"
            + "([!-*,-<>-~&&[^\\\\]]|\\+[0-9A-F]{2}|\\\\x\\{[0-9A-F]{2,6}}|[^\\x00-\\x7f])+");

    public DsnRequest {
        events = Set.copyOf(events);
    }

    /** Of RCPT's parameters; empty when one of these two is not well formed. */
    public static Optional<DsnRequest> parse(Map<String, String> parameters) {
        var words = parameters.get(NOTIFY);
        var original = Optional.ofNullable(parameters.get(ORCPT));
        var notify = words == null ? Optional.of(NONE.events) : events(words);
        boolean wellFormed = original.isEmpty()
                || original.get().length() <= LONGEST_ORIGINAL && ORIGINAL.matcher(original.get()).matches();
        return wellFormed ? notify.map(some -> new DsnRequest(some, words != null, original)) : Optional.empty();
    }

    /** Of a recipient; what is not well formed counts as not said. */
    public static DsnRequest of(Recipient recipient) {
        return recipient.parameters().isEmpty() ? NONE : parse(recipient.parameters()).orElse(NONE);
    }

    public boolean wants(When what) {
        return events.contains(what);
    }

    private static Optional<Set<When>> events(String words) {
        var some = EnumSet.noneOf(When.class);
        if (words.equalsIgnoreCase("NEVER")) {
            return Optional.of(some);
        }
        for (var word : words.toUpperCase(Locale.ROOT).split(",", -1)) {
            switch (word) {
                case "SUCCESS" -> some.add(When.SUCCESS);
                case "FAILURE" -> some.add(When.FAILURE);
                case "DELAY" -> some.add(When.DELAY);
                default -> {
                    return Optional.empty(); // NEVER stands alone
                }
            }
        }
        return Optional.of(some);
    }
}
