package org.posthouse.state;

import java.time.Clock;
import java.util.Map;
import org.posthouse.swap.Plugins;

/** The real states over values in memory, for the tests of what uses them. */
public final class MemoryStates implements States {
    private final PluginStates states;

    public MemoryStates(Clock clock) {
        var stores = new Plugins<StateStore>("state");
        stores.arrive("state-memory", new MemoryStateStore(clock), Map.of());
        states = new PluginStates(stores);
    }

    @Override
    public Space space(String name, Keep keep) {
        return states.space(name, keep);
    }
}
