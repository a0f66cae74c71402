package org.posthouse.pipeline;

import java.io.IOException;

/**
 * What the filters are asked at one stage of a session.
 *
 * @param id the session's or the message's, for the trace
 */
record Question(String stage, String id, Client client, Asking ask) {
    /** One filter asked. */
    @FunctionalInterface
    interface Asking {
        Verdict of(Filter filter) throws IOException;
    }
}
