package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {
    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "30s, PT30S", "5m, PT5M", "4h, PT4H", "7d, PT168H", "2w, PT336H", "0s, PT0S", "10 m, PT10M"})
    void readsDurations(String text, Duration duration) {
        assertEquals(duration, Setting.duration("delay", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "5 minutes", "-5m", "5M", "1h30m", "1.5h", "99999999999999999999s", "٣s", "999999999w"})
    void refusesWhatIsNoDuration(String text) {
        assertNames("delay", text, () -> Setting.duration("delay", text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "512, 512", "64K, 65536", "50M, 52428800", "2G, 2147483648", "1 K, 1024"})
    void readsSizes(String text, long size) {
        assertEquals(size, Setting.size("max-size", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "-1", "1.5M", "50MB", "50m", "1T", "999999999999999999G", "99999999999999999999"})
    void refusesWhatIsNoSize(String text) {
        assertNames("max-size", text, () -> Setting.size("max-size", text));
    }

    @ParameterizedTest
    @CsvSource({"500/1h, 500, PT1H", "1/30s, 1, PT30S", "20 / 1 m, 20, PT1M"})
    void readsRates(String text, int most, Duration within) {
        assertEquals(new Rate(most, within), Setting.rate("rate", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "500", "/1h", "0/1h", "-1/1h", "500/h", "500/0s", "500/1h/1h", "9999999999/1h", "٣/1h"})
    void refusesWhatIsNoRate(String text) {
        assertNames("rate", text, () -> Setting.rate("rate", text));
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.0/24, 192.0.2.0/24", "192.0.2.1, 192.0.2.1/32", "0.0.0.0/0, 0.0.0.0/0", "2001:db8::/32, 2001:db8:0:0:0:0:0:0/32",
        "::1, 0:0:0:0:0:0:0:1/128", "::/0, 0:0:0:0:0:0:0:0/0", "10.0.0.0/9, 10.0.0.0/9"})
    void readsNetworks(String text, String network) {
        assertEquals(network, Setting.network("relay-from", text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "example.test/24", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "192.0.2.0/24/24",
        "192.0.2/24", "1", "0x7f.1",
        "192.0.2.1/24", "2001:db8::1/32", "[::1]", "fe80::1%eth0", "1.2.3.4.5", "256.0.0.1", ":::", "::/129", "10.128.0.0/8"})
    void refusesWhatIsNoNetwork(String text) {
        assertNames("relay-from", text, () -> Setting.network("relay-from", text));
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.77/24, 192.0.2.0/24", "10.129.0.0/9, 10.128.0.0/9", "2001:db8::1/32, 2001:db8:0:0:0:0:0:0/32"})
    void saysWhichNetworkWouldBeRight(String text, String right) {
        var refused = assertThrows(BadSetting.class, () -> Setting.network("relay-from", text));
        assertTrue(refused.mend().contains("write " + right), refused.mend());
    }

    private static void assertNames(String key, String text, org.junit.jupiter.api.function.Executable parse) {
        var refused = assertThrows(BadSetting.class, parse);
        assertEquals(key, refused.key());
        assertTrue(refused.mend().contains("'" + text + "'"), refused.mend());
    }
}
