package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.pipeline.FilterSettings.Mode;
import org.posthouse.pipeline.FilterSettings.OnFailure;
import org.posthouse.pipeline.Verdict.Disposition;

class SettingsTest {
    @Test
    void aFilterIsEnforcedWithinFiveSecondsAndDefers() {
        assertEquals(new FilterSettings(Mode.ENFORCE, Duration.ofSeconds(5), OnFailure.DEFER), filter(Map.of()));
    }

    @Test
    void readsWhatIsSet() {
        assertEquals(new FilterSettings(Mode.SHADOW, Duration.ofMillis(200), OnFailure.PASS),
                filter(Map.of("mode", "shadow", "budget", "200ms", "on-failure", "pass")));
        assertEquals(Mode.OFF, filter(Map.of("mode", "off")).mode());
    }

    @Test
    void namesTheKeyThatIsWrong() {
        for (var wrong : new String[][] {{"mode", "on"}, {"budget", "0s"}, {"budget", "soon"}, {"on-failure", "refuse"}}) {
            assertEquals(wrong[0], assertThrows(BadSetting.class, () -> filter(Map.of(wrong[0], wrong[1]))).key());
        }
        for (var wrong : new String[][] {{"refuse-score", "many"}, {"quarantine-score", "NaN"}, {"refuse-score", "Infinity"}}) {
            assertEquals(wrong[0], assertThrows(BadSetting.class, () -> thresholds(Map.of(wrong[0], wrong[1]))).key());
        }
    }

    @Test
    void thresholdsThatAreEmptyNeverJudge() {
        assertEquals(Thresholds.NEVER, thresholds(Map.of("refuse-score", "", "quarantine-score", "")));
        assertEquals(new Disposition.Pass(), Thresholds.NEVER.judge(1e9));
    }

    @Test
    void pointsAtTheThresholdCount() {
        var thresholds = thresholds(Map.of("quarantine-score", "5", "refuse-score", "10.5"));
        assertEquals(new Disposition.Pass(), thresholds.judge(4.99));
        assertEquals(new Disposition.Quarantine("score 5.0"), thresholds.judge(5));
        assertInstanceOf(Disposition.Quarantine.class, thresholds.judge(10.4));
        assertInstanceOf(Disposition.Refuse.class, thresholds.judge(10.5));
    }

    private static FilterSettings filter(Map<String, String> texts) {
        return FilterSettings.of(new Values("filter-x", texts));
    }

    private static Thresholds thresholds(Map<String, String> texts) {
        return Thresholds.of(new Values("pipeline", texts));
    }
}
