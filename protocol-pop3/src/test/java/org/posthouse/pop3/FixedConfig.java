package org.posthouse.pop3;

import java.lang.annotation.Annotation;

/** The settings of a test. */
record FixedConfig(String autologout, String login_time, int max_errors, int max_auth_failures, String tarpit, int max_sessions)
        implements Pop3Protocol.Config {
    static final FixedConfig DEFAULT = new FixedConfig("10m", "5m", 20, 5, "1s", 10);

    @Override
    public Class<? extends Annotation> annotationType() {
        return Pop3Protocol.Config.class;
    }
}
