package org.posthouse.smtp;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.posthouse.pipeline.DeliverBy;
import org.posthouse.pipeline.DsnRequest;
import org.posthouse.pipeline.DsnReturn;

/** The parameters of MAIL and RCPT (RFC 5321 §4.1.1.11): which are known, and what they look like. Whether they are offered is seen later. */
final class Parameters {
    private static final int LONGEST_SHOWN = 40;
    private static final Pattern PARAMETER = Pattern.compile("([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^=\\s]+))?");

    /** Of RFC 6152, RFC 3030, in upper case. */
    private static final Set<String> BODIES = Set.of("7BIT", "8BITMIME", "BINARYMIME");

    private Parameters() {}

    /** Names in upper case; empty when one is not well formed or comes twice (RFC 5321 §4.1.2). */
    static Optional<Map<String, String>> read(String text) {
        var parameters = new HashMap<String, String>();
        for (String word : text.strip().split(" +")) {
            var parameter = PARAMETER.matcher(word);
            if (word.isEmpty()) {
                continue;
            }
            if (!parameter.matches() || parameters.put(parameter.group(1).toUpperCase(Locale.ROOT), value(parameter.group(2))) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(parameters);
    }

    private static String value(String given) {
        return Optional.ofNullable(given).orElse("");
    }

    /** What is wrong with those of a MAIL. */
    static Optional<Reply> objectionToMail(Map<String, String> parameters) {
        for (var parameter : parameters.entrySet()) {
            var objection = objection(parameter.getKey(), parameter.getValue());
            if (objection.isPresent()) {
                return objection;
            }
        }
        boolean twice = parameters.containsKey("HOLDFOR") && parameters.containsKey("HOLDUNTIL"); // RFC 4865 §4.3
        return twice || DsnReturn.parse(parameters).isEmpty() ? Optional.of(malformed()) : Optional.empty();
    }

    private static Optional<Reply> objection(String name, String value) {
        return switch (name) {
            case "SIZE" -> wellFormed(value.matches("\\d{1,20}")); // RFC 1870 §5
            case "BODY" -> BODIES.contains(value.toUpperCase(Locale.ROOT)) ? Optional.empty() : Optional.of(unknown("BODY=" + value));
            case "SMTPUTF8", "REQUIRETLS", "PRDR" -> wellFormed(value.isEmpty()); // RFC 6531 §3.4, RFC 8689 §2
            case "AUTH" -> wellFormed(!value.isEmpty()); // RFC 4954 §5: taken and not believed
            case "MT-PRIORITY" -> wellFormed(value.matches("-?[1-9]|0")); // RFC 6710 §8
            case DeliverBy.BY -> wellFormed(DeliverBy.said(value, Instant.EPOCH).isPresent());
            case "HOLDFOR" -> wellFormed(value.matches("[1-9]\\d{0,8}")); // RFC 4865 §4.1
            case "HOLDUNTIL" -> wellFormed(instant(value).isPresent());
            case DsnReturn.RET, DsnReturn.ENVID -> Optional.empty(); // together, above
            default -> Optional.of(unknown(name));
        };
    }

    private static Optional<Reply> wellFormed(boolean is) {
        return is ? Optional.empty() : Optional.of(malformed());
    }

    /** RFC 4865 §4.2: a date and time of RFC 3339. */
    static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** What is wrong with those of a RCPT. */
    static Optional<Reply> objectionToRcpt(Map<String, String> parameters) {
        return parameters.keySet().stream().filter(name -> !name.equals(DsnRequest.NOTIFY) && !name.equals(DsnRequest.ORCPT)).findAny()
                .map(Parameters::unknown).or(() -> wellFormed(DsnRequest.parse(parameters).isPresent()));
    }

    static Reply malformed() {
        return Reply.of(501, "5.5.4", "Parameters are not well formed");
    }

    private static Reply unknown(String name) {
        var shown = name.substring(0, Math.min(name.length(), LONGEST_SHOWN));
        return Reply.of(555, "5.5.4", "Parameter not known: " + shown); // RFC 5321 §4.1.1.11
    }
}
