package org.posthouse.h2state;

import java.lang.annotation.Annotation;

/** The settings of a test. */
record FixedConfig(int max_entries) implements H2StateStore.Config {
    static final FixedConfig DEFAULT = new FixedConfig(1_000_000);

    @Override
    public Class<? extends Annotation> annotationType() {
        return H2StateStore.Config.class;
    }
}
