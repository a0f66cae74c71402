package org.posthouse.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Gives inputs to a target and holds it to its time and memory. */
final class Watch {
    private static final Duration LONGEST = Duration.ofSeconds(1); // of the processor, for one input
    private static final int TRIES = 3; // classes are loaded and code is compiled in the first

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final FuzzTarget target;
    private final int memory;

    Watch(FuzzTarget target) {
        this(target, 1);
    }

    /** @param memory how many times what the target may allocate: who looks on from within may need some of it */
    Watch(FuzzTarget target, int memory) {
        this.target = target;
        this.memory = memory;
    }

    void take(byte[] input) throws Exception {
        for (int tries = 1; !within(input, tries == TRIES); tries++) {
            // once more
        }
    }

    private boolean within(byte[] input, boolean last) throws Exception {
        long time = threads.getCurrentThreadCpuTime();
        long octets = threads.getCurrentThreadAllocatedBytes();
        target.take(input.clone());
        octets = threads.getCurrentThreadAllocatedBytes() - octets;
        time = threads.getCurrentThreadCpuTime() - time;
        boolean within = octets <= memory * target.mayAllocate(input.length) && time <= LONGEST.toNanos();
        if (last && !within) {
            throw new AssertionError(input.length + " octets of input took " + octets + " octets of memory and " + time / 1_000_000 + " ms");
        }
        return within;
    }
}
