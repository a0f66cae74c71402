package org.posthouse.pipeline;

import java.time.Duration;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;

/** What core itself reads of a filter's section: {@code mode}, {@code budget} and {@code on-failure}. */
record FilterSettings(Mode mode, Duration budget, OnFailure onFailure) {
    /** ENFORCE counts its verdicts, SHADOW only writes them into the trace, OFF does not ask it. */
    enum Mode { ENFORCE, SHADOW, OFF }

    /** Of a call that threw or took too long: PASS goes on without its verdict, DEFER refuses for now. */
    enum OnFailure { PASS, DEFER }

    static final FilterSettings USUAL = new FilterSettings(Mode.ENFORCE, Duration.ofSeconds(5), OnFailure.DEFER);

    static FilterSettings of(Values section) {
        return new FilterSettings(
                section.has("mode") ? mode(section.text("mode")) : USUAL.mode,
                section.has("budget") ? budget(section) : USUAL.budget,
                section.has("on-failure") ? onFailure(section.text("on-failure")) : USUAL.onFailure);
    }

    private static Mode mode(String text) {
        return switch (text) {
            case "enforce" -> Mode.ENFORCE;
            case "shadow" -> Mode.SHADOW;
            case "off" -> Mode.OFF;
            default -> throw new BadSetting("mode", "'" + text + "' is not a mode; write enforce, shadow or off");
        };
    }

    private static Duration budget(Values section) {
        var budget = section.duration("budget");
        if (!budget.isPositive()) {
            throw new BadSetting("budget", "leaves no time; write a duration like 5s");
        }
        return budget;
    }

    private static OnFailure onFailure(String text) {
        return switch (text) {
            case "pass" -> OnFailure.PASS;
            case "defer" -> OnFailure.DEFER;
            default -> throw new BadSetting("on-failure", "'" + text + "' is not known; write pass or defer");
        };
    }
}
