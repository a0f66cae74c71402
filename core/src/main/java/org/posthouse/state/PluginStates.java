package org.posthouse.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Call;
import org.posthouse.swap.Plugins;

/**
 * The {@link States} that the state bundle keeps: the first by name, where there are several. It is looked up anew for each
 * call, so spaces stay valid over a swap. Keys, values and lives beyond the bounds of {@link Space} are the caller's bug and
 * never reach the bundle.
 */
public final class PluginStates implements States {
    private static final int LONGEST_KEY = 256;
    private static final int LONGEST_VALUE_OCTETS = 4096;

    private final Plugins<StateStore> stores;

    public PluginStates(Plugins<StateStore> stores) {
        this.stores = stores;
    }

    @Override
    public Space space(String name, Keep keep) {
        return new StoredSpace(name, keep);
    }

    private <R> R call(Call<StateStore, R, IOException> use) throws IOException {
        var names = stores.names();
        if (names.isEmpty()) {
            throw new Unavailable("there is no state bundle");
        }
        return stores.call(names.getFirst(), use);
    }

    private static void checkKey(String key) {
        if (key.isEmpty() || key.length() > LONGEST_KEY) {
            throw new IllegalArgumentException("a key has 1 to " + LONGEST_KEY + " characters, this one " + key.length());
        }
    }

    private static void checkLife(Duration life) {
        if (!life.isPositive()) {
            throw new IllegalArgumentException("a value cannot live " + life);
        }
    }

    private static void checkValue(String value) {
        int octets = value.getBytes(StandardCharsets.UTF_8).length;
        if (octets > LONGEST_VALUE_OCTETS) {
            throw new IllegalArgumentException("a value has at most " + LONGEST_VALUE_OCTETS + " octets, this one " + octets);
        }
    }

    private final class StoredSpace implements Space {
        private final String name;
        private final Keep keep;

        StoredSpace(String name, Keep keep) {
            this.name = name;
            this.keep = keep;
        }

        @Override
        public Optional<String> get(String key) throws IOException {
            checkKey(key);
            return call(store -> store.get(name, keep, key));
        }

        @Override
        public void put(String key, String value, Duration life) throws IOException {
            checkKey(key);
            checkValue(value);
            checkLife(life);
            PluginStates.this.<Void>call(store -> {
                store.put(name, keep, key, value, life);
                return null;
            });
        }

        @Override
        public Optional<String> putIfAbsent(String key, String value, Duration life) throws IOException {
            checkKey(key);
            checkValue(value);
            checkLife(life);
            return call(store -> store.putIfAbsent(name, keep, key, value, life));
        }

        @Override
        public long add(String key, long delta, Duration life) throws IOException {
            checkKey(key);
            checkLife(life);
            return call(store -> store.add(name, keep, key, delta, life));
        }

        @Override
        public void remove(String key) throws IOException {
            checkKey(key);
            PluginStates.this.<Void>call(store -> {
                store.remove(name, keep, key);
                return null;
            });
        }

        @Override
        public long size() throws IOException {
            return call(store -> store.size(name, keep));
        }
    }
}
