package org.posthouse.pipeline;

import org.posthouse.pipeline.Verdict.Disposition;
import org.posthouse.pipeline.Verdict.Effect;

/** Holds a filter to what a verdict may be; what is not allowed is a bug of the filter, never of the mail. */
final class Sound {
    private Sound() {}

    /** The verdict itself; IllegalArgumentException names what is wrong with it. */
    static Verdict verdict(Phase phase, Verdict verdict) {
        if (verdict == Verdict.PASS) {
            return verdict;
        }
        if (verdict.disposition() instanceof Disposition.Refuse(var status) && status.success()) {
            throw new IllegalArgumentException("refuses with " + status);
        }
        verdict.effects().forEach(effect -> check(phase, effect));
        verdict.some().values().forEach(some -> verdict(phase, some));
        return verdict;
    }

    private static void check(Phase phase, Effect effect) {
        boolean sound = switch (effect) {
            case Effect.Score(_, double points, _) -> Double.isFinite(points);
            case Effect.AddHeader(var name, _) -> HeaderLines.isName(name);
            case Effect.FileInto(var folder) -> !folder.isBlank();
            case Effect.Rewrite(var lines) -> phase == Phase.SEAL && HeaderLines.areWhole(lines);
        };
        if (!sound) {
            throw new IllegalArgumentException("is not allowed in phase " + phase.word() + ": " + effect);
        }
    }
}
