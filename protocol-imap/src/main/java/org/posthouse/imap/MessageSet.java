package org.posthouse.imap;

import java.util.List;

/** The messages a command names (RFC 3501 §9, sequence-set; RFC 5182 §2). What there is of them only {@link View} knows. */
sealed interface MessageSet {
    /** {@code *}, the last message, is greater than every number. */
    long STAR = 1L << 32;

    /** Both ends belong to it; they come in any order, for {@code *} may turn out to be the smaller one. */
    record Span(long one, long other) {}

    record Spans(List<Span> spans) implements MessageSet {
        public Spans {
            spans = List.copyOf(spans);
        }
    }

    /** {@code $}: what the last SEARCH saved. */
    record Saved() implements MessageSet {}
}
