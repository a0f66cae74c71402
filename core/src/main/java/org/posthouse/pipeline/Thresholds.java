package org.posthouse.pipeline;

import java.util.OptionalDouble;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Verdict.Disposition;

/** What the sum of all points means: {@code quarantine-score} and {@code refuse-score} of {@code [pipeline]}, empty for never. */
record Thresholds(OptionalDouble quarantine, OptionalDouble refuse) {
    static final Thresholds NEVER = new Thresholds(OptionalDouble.empty(), OptionalDouble.empty());
    private static final Disposition REFUSED = new Disposition.Refuse(new Status("5.7.1", "message refused by local policy"));

    static Thresholds of(Values pipeline) {
        return new Thresholds(points(pipeline, "quarantine-score"), points(pipeline, "refuse-score"));
    }

    Disposition judge(double points) {
        if (refuse.isPresent() && points >= refuse.getAsDouble()) {
            return REFUSED;
        }
        return quarantine.isPresent() && points >= quarantine.getAsDouble()
                ? new Disposition.Quarantine("score " + points) : new Disposition.Pass();
    }

    private static OptionalDouble points(Values pipeline, String key) {
        if (!pipeline.has(key)) {
            return OptionalDouble.empty();
        }
        try {
            double points = Double.parseDouble(pipeline.text(key));
            if (Double.isFinite(points)) {
                return OptionalDouble.of(points);
            }
        } catch (NumberFormatException e) {
            // the same mend as for infinity
        }
        throw new BadSetting(key, "'" + pipeline.text(key) + "' is not a number; write points like 6.5, or leave it empty");
    }
}
