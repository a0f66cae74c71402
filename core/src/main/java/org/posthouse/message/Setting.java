package org.posthouse.message;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Reads the values of settings; {@code posthouse check} and the components' constructors use the same methods. Each throws
 * {@link BadSetting} naming the key and what would be right.
 */
public final class Setting {
    private Setting() {}

    /** A number with its unit: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 4h}, {@code 7d}. */
    public static Duration duration(String key, String value) {
        return SettingForms.duration(key, value);
    }

    /** Octets: {@code 512}, {@code 64K}, {@code 50M}, {@code 2G} (powers of 1024). */
    public static long size(String key, String value) {
        return SettingForms.size(key, value);
    }

    /** {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or one address. Names are not looked up. */
    public static Network network(String key, String value) {
        return SettingForms.network(key, value);
    }

    /** So many within so long: {@code 500/1h}, {@code 20/1m}. */
    public static Rate rate(String key, String value) {
        return SettingForms.rate(key, value);
    }

    /** An address with or without a port: {@code 192.0.2.1}, {@code 192.0.2.1:5353}, {@code [2001:db8::1]:5353}. Names are not looked up. */
    public static InetSocketAddress server(String key, String value, int usualPort) {
        return SettingForms.server(key, value, usualPort);
    }

    /** {@code ann@example.test}, {@code example.test}, {@code .example.test} or {@code *}. */
    public static Whom whom(String key, String value) {
        return Whom.parse(value).orElseThrow(() -> new BadSetting(key, "'" + value + "' is neither an address nor a domain; " + Whom.RULE));
    }

    /** How mail travels on: {@code smtp:[relay.example]:587}, {@code lmtp:host:24}, {@code error:5.1.6 has moved}. */
    public static Transport transport(String key, String value) {
        return Transport.parse(key, value);
    }

    /** {@code old@example.test -> new@example.org}, or {@code @old.example -> @new.example}. */
    public static Renaming renaming(String key, String value) {
        return Renaming.parse(key, value);
    }

    /** A mail address, {@code ann@example.test}. */
    public static Address address(String key, String value) {
        return Address.parse(value).filter(a -> a.hasDomain() && !a.isNull())
                .orElseThrow(() -> new BadSetting(key, "'" + value + "' is not a mail address; write it like ann@example.test"));
    }
}
