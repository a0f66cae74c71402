package org.posthouse.greylist;

import java.lang.annotation.Annotation;

/** The settings of a test. */
record FixedConfig(String delay, String window, String life, String pool_delay, int auto_whitelist, int ipv4_prefix,
        int ipv6_prefix, String[] whitelist) implements GreylistFilter.Config {
    static final FixedConfig DEFAULT = new FixedConfig("5m", "48h", "864h", "1h", 5, 24, 64, new String[0]);

    static FixedConfig times(String delay, String window, String life, String poolDelay) {
        return new FixedConfig(delay, window, life, poolDelay, 5, 24, 64, new String[0]);
    }

    static FixedConfig networks(int autoWhitelist, int ipv4Prefix, int ipv6Prefix, String... whitelist) {
        return new FixedConfig("5m", "48h", "864h", "1h", autoWhitelist, ipv4Prefix, ipv6Prefix, whitelist);
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return GreylistFilter.Config.class;
    }
}
