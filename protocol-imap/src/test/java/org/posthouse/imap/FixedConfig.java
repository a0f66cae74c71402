package org.posthouse.imap;

import java.lang.annotation.Annotation;

/** The settings of a test. */
record FixedConfig(String autologout, String login_time, int max_errors, String max_command, String append_limit, String literals)
        implements ImapProtocol.Config {
    static final FixedConfig DEFAULT = new FixedConfig("30m", "3m", 20, "512K", "50M", "plus");

    FixedConfig with(String key, String value) {
        return switch (key) {
            case "autologout" -> new FixedConfig(value, login_time, max_errors, max_command, append_limit, literals);
            case "login-time" -> new FixedConfig(autologout, value, max_errors, max_command, append_limit, literals);
            case "max-errors" -> new FixedConfig(autologout, login_time, Integer.parseInt(value), max_command, append_limit, literals);
            case "max-command" -> new FixedConfig(autologout, login_time, max_errors, value, append_limit, literals);
            case "append-limit" -> new FixedConfig(autologout, login_time, max_errors, max_command, value, literals);
            case "literals" -> new FixedConfig(autologout, login_time, max_errors, max_command, append_limit, value);
            default -> throw new AssertionError("there is no setting " + key);
        };
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return ImapProtocol.Config.class;
    }
}
