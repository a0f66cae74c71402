package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;
import org.posthouse.fuzz.FuzzTarget;

/** A setting is read, or refused with what would be right. */
final class SettingFuzzTest implements FuzzTarget {
    private static final List<BiFunction<String, String, Object>> FORMS = List.of(Setting::duration, Setting::size, Setting::rate, Setting::address);

    @Override
    public void take(byte[] input) {
        var text = new String(input, StandardCharsets.UTF_8);
        for (var form : FORMS) {
            try {
                form.apply("key", text);
            } catch (BadSetting e) {
                assertEquals("key", e.key());
                assertFalse(e.mend().isBlank());
            }
        }
        try {
            var network = Setting.network("key", text);
            assertEquals(network, Setting.network("key", network.toString()));
        } catch (BadSetting e) {
            assertEquals("key", e.key());
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("500ms", "30 s", "2w", "999999999w", "64K", "8589934591G", "999999999999999999 G", "500/1h", "1 / 1 ms", "192.0.2.0/24", "2001:db8::/32",
                "::ffff:192.0.2.1", "::1/128", "0.0.0.0/0", "1.2.3.4/33", "ann@example.test");
    }

    @Override
    public int longest() {
        return 200;
    }
}
