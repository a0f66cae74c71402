package org.posthouse.dnsbl;

import java.lang.annotation.Annotation;

/** The settings of a test. */
record FixedConfig(String[] refuse, String[] defer, String[] score, String[] shadow, double threshold, String patience, String pause, String self_test,
        String[] whitelist) implements DnsblFilter.Config {
    private static final String[] NONE = {};

    static FixedConfig refusing(String... lists) {
        return new FixedConfig(lists, NONE, NONE, NONE, 1, "2s", "30m", "0s", NONE);
    }

    FixedConfig deferring(String... lists) {
        return new FixedConfig(refuse, lists, score, shadow, threshold, patience, pause, self_test, whitelist);
    }

    FixedConfig scoring(String... lists) {
        return new FixedConfig(refuse, defer, lists, shadow, threshold, patience, pause, self_test, whitelist);
    }

    FixedConfig shadowing(String... lists) {
        return new FixedConfig(refuse, defer, score, lists, threshold, patience, pause, self_test, whitelist);
    }

    FixedConfig from(double sum) {
        return new FixedConfig(refuse, defer, score, shadow, sum, patience, pause, self_test, whitelist);
    }

    FixedConfig testing(String every) {
        return new FixedConfig(refuse, defer, score, shadow, threshold, patience, pause, every, whitelist);
    }

    FixedConfig exempting(String... networks) {
        return new FixedConfig(refuse, defer, score, shadow, threshold, patience, pause, self_test, networks);
    }

    FixedConfig waiting(String longest) {
        return new FixedConfig(refuse, defer, score, shadow, threshold, longest, pause, self_test, whitelist);
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return DnsblFilter.Config.class;
    }
}
