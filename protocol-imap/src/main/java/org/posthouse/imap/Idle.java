package org.posthouse.imap;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.posthouse.imap.View.Shift;
import org.posthouse.mailbox.Watch.Watching;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what happens in the selected folder as it happens, until the client says DONE (RFC 2177). A watch wakes the session; as
 * that may be missed, the folder is also looked at every now and then.
 */
final class Idle {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-imap");
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
    private static final int LONGEST_LINE = 1000;

    private final Connection client;
    private final CommandReader in;
    private final Output out;
    private final Duration longest;
    private final Clock clock;

    Idle(Connection client, CommandReader in, Output out, Duration longest, Clock clock) {
        this.client = client;
        this.in = in;
        this.out = out;
        this.longest = longest;
        this.clock = clock;
    }

    /** Empty when the session must end: the server wants it, or the client was silent for too long. */
    Optional<Reply> run(State state) throws Refusal, IOException {
        out.line("+ idling");
        if (!(state instanceof State.Selected(var user, var view))) {
            return untilDone(Optional.empty());
        }
        try (var _ = watch(user, view)) {
            return untilDone(Optional.of(view));
        }
    }

    private Watching watch(State.User user, View view) throws IOException {
        try {
            return user.mail().watch(view.folder(), client::wake);
        } catch (Unavailable e) {
            LOG.debug("cannot watch a folder: {}", e.toString());
            return () -> {};
        }
    }

    private Optional<Reply> untilDone(Optional<View> view) throws Refusal, IOException {
        var end = clock.instant().plus(longest);
        while (clock.instant().isBefore(end)) {
            if (view.isPresent()) {
                announce(view.get());
            }
            switch (await(end)) {
                case INPUT -> {
                    return Optional.of(done());
                }
                case WOKEN -> {
                    if (client.ending()) {
                        return Optional.empty();
                    }
                }
                case TIMEOUT -> { }
                case CLOSED -> throw new Gone("the client left in IDLE");
            }
        }
        return Optional.empty();
    }

    private Connection.Event await(Instant end) throws Gone {
        var left = Duration.between(clock.instant(), end);
        try {
            return client.await(left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
        } catch (IOException e) {
            throw new Gone(e);
        }
    }

    /** While mail is away there is nothing to tell; the next look will. */
    private void announce(View view) throws Refusal, IOException {
        try {
            view.announce(out, Shift.ALLOWED, Numbering.SEQUENCE);
        } catch (Unavailable e) {
            LOG.debug("cannot look at a folder: {}", e.toString());
        }
    }

    private Reply done() throws Gone {
        var line = in.line(LONGEST_LINE);
        if (line.ending() == Line.Ending.END) {
            throw new Gone("the client left in IDLE");
        }
        return line.latin1().equalsIgnoreCase("DONE") ? Reply.ok("idled") : Reply.bad("IDLE ends with DONE");
    }
}
