package org.posthouse.message;

import java.net.InetAddress;
import java.time.Duration;

/** The forms behind {@link Setting}. */
final class SettingForms {
    private SettingForms() {}

    static Duration duration(String key, String value) {
        return value.endsWith("ms") ? Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)))
                : Duration.parse("PT" + value);
    }

    static long size(String key, String value) {
        return Long.parseLong(value);
    }

    static Network network(String key, String value) {
        var parts = value.split("/");
        var address = InetAddress.ofLiteral(parts[0]);
        return new Network(address, parts.length > 1 ? Integer.parseInt(parts[1]) : address.getAddress().length * 8);
    }
}
