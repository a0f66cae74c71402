package org.posthouse.imap;

import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.Map;

/** The settings of a test: by their keys, where they are not as they are by default. */
record FixedConfig(Map<String, String> set) implements ImapProtocol.Config {
    static final FixedConfig DEFAULT = new FixedConfig(Map.of());

    FixedConfig with(String key, String value) {
        var all = new HashMap<>(set);
        all.put(key, value);
        return new FixedConfig(all);
    }

    private int number(String key, int otherwise) {
        return Integer.parseInt(set.getOrDefault(key, Integer.toString(otherwise)));
    }

    @Override
    public String autologout() {
        return set.getOrDefault("autologout", "30m");
    }

    @Override
    public String login_time() {
        return set.getOrDefault("login-time", "3m");
    }

    @Override
    public int max_errors() {
        return number("max-errors", 20);
    }

    @Override
    public int max_auth_failures() {
        return number("max-auth-failures", 5);
    }

    @Override
    public String tarpit() {
        return set.getOrDefault("tarpit", "1s");
    }

    @Override
    public int max_sessions() {
        return number("max-sessions", 100);
    }

    @Override
    public String max_command() {
        return set.getOrDefault("max-command", "512K");
    }

    @Override
    public String append_limit() {
        return set.getOrDefault("append-limit", "50M");
    }

    @Override
    public String literals() {
        return set.getOrDefault("literals", "plus");
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return ImapProtocol.Config.class;
    }
}
