package org.posthouse.h2state;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.posthouse.disk.HomeDisk;
import org.posthouse.state.States.Keep;

/** A program that writes durable values, and says so of each once it is written, until it is killed. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] args) throws Exception {
        var store = new H2StateStore(FixedConfig.DEFAULT, new HomeDisk(Path.of(args[0])), Clock.systemUTC());
        store.open();
        for (int i = 0; i < 100_000; i++) {
            store.put("a", Keep.SOFT, "soft " + i, "value", Duration.ofHours(1));
            store.put("a", Keep.DURABLE, "durable " + i, "value", Duration.ofHours(1));
            System.out.println("wrote " + i);
        }
    }
}
