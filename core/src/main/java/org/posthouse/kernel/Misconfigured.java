package org.posthouse.kernel;

import java.util.List;
import org.posthouse.config.Problem;

/** The configuration cannot be used; every problem has its place and mend. What was in force before stays in force. */
final class Misconfigured extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    Misconfigured(List<Problem> problems) {
        super(String.join("\n", problems.stream().map(Problem::toString).toList()));
        this.problems = List.copyOf(problems);
    }

    Misconfigured(Problem problem) {
        this(List.of(problem));
    }

    List<Problem> problems() {
        return problems;
    }
}
