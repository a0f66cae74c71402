package org.posthouse.state;

import java.nio.file.Path;
import java.time.Clock;

final class MemoryStateStoreTest implements StateStoreContract {
    @Override
    public StateStore newStore(Path folder, Clock clock) {
        return new MemoryStateStore(clock);
    }
}
