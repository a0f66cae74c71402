package org.posthouse.pipeline;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a sender wants in the notices about its message: {@code RET} and {@code ENVID} of MAIL (RFC 3461 §4.3, §4.4). The words
 * themselves stay among the {@link Sender#parameters}, and travel with them through the queue; this is how they are read.
 *
 * @param what       how much of the message comes back with a failure; nothing said means the header
 * @param envelopeId the sender's own name for the message, as it stands in ENVID, in xtext
 */
public record DsnReturn(Optional<What> what, Optional<String> envelopeId) {
    public enum What { FULL, HDRS }

    public static final String RET = "RET";
    public static final String ENVID = "ENVID";

    private static final DsnReturn NONE = new DsnReturn(Optional.empty(), Optional.empty());
    private static final Pattern XTEXT = Pattern.compile("([!-*,-<>-~]|\\+[0-9A-F]{2}){1,100}"); // RFC 3461 §4.4: at most 100

    /** Of MAIL's parameters; empty when one of these two is not well formed. */
    public static Optional<DsnReturn> parse(Map<String, String> parameters) {
        var ret = parameters.get(RET);
        var envelopeId = Optional.ofNullable(parameters.get(ENVID));
        if (envelopeId.isPresent() && !XTEXT.matcher(envelopeId.get()).matches()) {
            return Optional.empty();
        }
        return switch (ret == null ? "" : ret.toUpperCase(Locale.ROOT)) {
            case "FULL" -> Optional.of(new DsnReturn(Optional.of(What.FULL), envelopeId));
            case "HDRS" -> Optional.of(new DsnReturn(Optional.of(What.HDRS), envelopeId));
            case "" -> ret == null ? Optional.of(new DsnReturn(Optional.empty(), envelopeId)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Of a sender; what is not well formed counts as not said. */
    public static DsnReturn of(Sender sender) {
        return sender.parameters().isEmpty() ? NONE : parse(sender.parameters()).orElse(NONE);
    }
}
