package org.posthouse.pipeline;

import java.time.Clock;
import org.posthouse.auth.Directories;
import org.posthouse.message.Spool;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.queue.Courier;
import org.posthouse.queue.Routes;
import org.posthouse.state.States;
import org.posthouse.swap.Plugins;

/** The other rooms that a message comes through, for {@link FilteredIntake}. */
public record Rooms(Plugins<Filter> filters, Routes routes, Courier courier, Directories directories, States states, Spool spool,
        Site site, Trace trace, Metrics metrics, Clock clock) {}
