package org.posthouse.config;

import java.util.List;

/** What became of reading the configuration: it is right, or these are its mistakes. */
public sealed interface Checked {
    record Right(Configuration configuration) implements Checked {}

    /** @param problems at least one, in the order of files and lines */
    record Wrong(List<Problem> problems) implements Checked {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
