package org.posthouse.pipeline;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By when a message is to be there, and what is to be done otherwise: {@code BY} of MAIL (RFC 2852 §4). A client says it in seconds
 * from now; among the {@link Sender#parameters} it stands as a moment, so that it does not begin anew in the queue or at the next host.
 *
 * @param traced whether the sender wants to be told of hosts that do not know this; carried on only
 */
public record DeliverBy(Instant until, Otherwise otherwise, boolean traced) {
    /** Give it back, or tell the sender and go on. */
    public enum Otherwise { RETURN, NOTIFY }

    public static final String BY = "BY";

    private static final Pattern FORM = Pattern.compile("([^;]{1,40});([RN])(T?)");
    private static final Pattern SECONDS = Pattern.compile("-?\\d{1,9}");

    /** Of what a client says now; empty when it is not well formed, or is to be given back in no time (§4). */
    public static Optional<DeliverBy> said(String value, Instant now) {
        var form = FORM.matcher(value.toUpperCase(Locale.ROOT));
        if (!form.matches() || !SECONDS.matcher(form.group(1)).matches()) {
            return Optional.empty();
        }
        int seconds = Integer.parseInt(form.group(1));
        var by = new DeliverBy(now.plusSeconds(seconds), form.group(2).equals("R") ? Otherwise.RETURN : Otherwise.NOTIFY, !form.group(3).isEmpty());
        return seconds <= 0 && by.otherwise == Otherwise.RETURN ? Optional.empty() : Optional.of(by);
    }

    /** A sender as a client says it now, as it is kept. */
    public static Sender kept(Sender sender, Instant now) {
        var by = Optional.ofNullable(sender.parameters().get(BY)).flatMap(value -> said(value, now));
        if (by.isEmpty()) {
            return sender;
        }
        var parameters = new HashMap<>(sender.parameters());
        parameters.put(BY, by.get().until + by.get().mode());
        return new Sender(sender.address(), parameters);
    }

    /** Of a sender as it is kept; empty where nothing is said. */
    public static Optional<DeliverBy> of(Sender sender) {
        var form = FORM.matcher(sender.parameters().getOrDefault(BY, ""));
        try {
            return form.matches() ? Optional.of(new DeliverBy(Instant.parse(form.group(1)),
                    form.group(2).equals("R") ? Otherwise.RETURN : Otherwise.NOTIFY, !form.group(3).isEmpty())) : Optional.empty();
        } catch (DateTimeException notKept) {
            return Optional.empty();
        }
    }

    /** How much is left; less than nothing when it is over. */
    public Duration left(Instant now) {
        return Duration.between(now, until);
    }

    /** As it is said to the next host. */
    public String said(Instant now) {
        return left(now).toSeconds() + mode();
    }

    private String mode() {
        return ";" + (otherwise == Otherwise.RETURN ? "R" : "N") + (traced ? "T" : "");
    }
}
