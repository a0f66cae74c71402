package org.posthouse.queue;

import java.nio.file.Path;
import java.time.Clock;

final class MemoryQueueTest implements QueueContract {
    @Override
    public Queue newQueue(Path folder, Clock clock) {
        return new MemoryQueue(clock);
    }
}
