package org.posthouse.net;

import java.io.IOException;
import java.time.Duration;

/**
 * Counts one kind of what a client should not do too often, such as commands in error or failed log-ins, and slows the client down.
 * The first half of what is borne is answered at once; then each answer comes later than the one before, so that who tries
 * everything pays with time, and who made a mistake does not.
 */
public final class Strikes {
    /** RFC 5321 §4.5.3.2: clients wait for minutes; a longer time would bind our side for no more of theirs. */
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    private final Connection client;
    private final int most;
    private final Duration delay;
    private int count;

    /**
     * @param most  how many are too many
     * @param delay by how much each answer comes later than the one before, at most half a minute; zero for no delay
     */
    public Strikes(Connection client, int most, Duration delay) {
        this.client = client;
        this.most = most;
        this.delay = delay;
    }

    /** One more, before it is answered; the client may have to wait. True when that was one too many. */
    public boolean out() throws IOException {
        count++;
        int late = count - most / 2;
        if (late > 0 && delay.isPositive()) {
            var wait = delay.multipliedBy(late);
            client.pause(wait.compareTo(LONGEST_DELAY) < 0 ? wait : LONGEST_DELAY);
        }
        return count >= most;
    }

    /** Begins anew, for who has done something useful. */
    public void forgive() {
        count = 0;
    }
}
