package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.posthouse.message.BadSetting;

final class SmtpSettingsTest {
    @Test
    void defaultsKeepToTheMinimaOfRfc5321() {
        var settings = SmtpSettings.of(SmtpStage.config(Map.of()));
        assertEquals(Duration.ofMinutes(5), settings.times().command());
        assertEquals(50L << 20, settings.maxSizeOctets());
        assertEquals(1_000, settings.limits().recipients());
    }

    @ParameterizedTest
    @CsvSource({"max-size, 1K", "max-size, big", "max-line, 999", "command-timeout, 0s", "command-timeout, 5", "data-timeout, soon",
        "message-timeout, 0s", "session-timeout, 0s", "tarpit, -1s", "greet-delay, x", "banner, ''", "banner, zwölf", "max-size, 8589934591G"})
    void aBadValueIsRefusedByItsKey(String key, String value) {
        var config = SmtpStage.config(Map.of(key, value));
        assertEquals(key, assertThrows(BadSetting.class, () -> SmtpSettings.of(config)).key());
    }

    @ParameterizedTest
    @CsvSource({"max-recipients, 99", "max-errors, 0", "max-refused, 0", "max-junk, 0", "max-auth-failures, 0", "max-messages, -1"})
    void aNumberThatIsTooSmallIsRefusedByItsKey(String key, int value) {
        var config = SmtpStage.config(Map.of(key, value));
        assertEquals(key, assertThrows(BadSetting.class, () -> SmtpSettings.of(config)).key());
    }
}
