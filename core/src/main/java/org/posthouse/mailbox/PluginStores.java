package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.config.Values;
import org.posthouse.message.Content;
import org.posthouse.queue.DeliveryId;
import org.posthouse.swap.Plugins;

/** Gives each account the store its directory names, or the default one; every call finds the version that is there then. */
public final class PluginStores implements Stores {
    static final String DEFAULT_STORE = "store-maildir";

    private final Plugins<Store> stores;
    private final Map<String, Store> leased = new ConcurrentHashMap<>(); // as many as directories name
    private volatile String usual = DEFAULT_STORE;

    public PluginStores(Plugins<Store> stores) {
        this.stores = stores;
    }

    /** Key {@code store}: the bundle that keeps the mail of accounts without an attribute {@code store}. */
    public void configure(Values top) {
        usual = top.has("store") ? top.text("store") : DEFAULT_STORE;
    }

    @Override
    public Store of(Account account) {
        return leased.computeIfAbsent(account.attributes().getOrDefault("store", usual), Leased::new);
    }

    private final class Leased implements Store {
        private final String name;

        Leased(String name) {
            this.name = name;
        }

        @Override
        public List<String> folders(AccountId account) throws IOException {
            return stores.call(name, s -> s.folders(account));
        }

        @Override
        public void create(Folder folder) throws IOException {
            stores.call(name, s -> {
                s.create(folder);
                return null;
            });
        }

        @Override
        public void delete(Folder folder) throws IOException {
            stores.call(name, s -> {
                s.delete(folder);
                return null;
            });
        }

        @Override
        public void rename(Folder folder, String to) throws IOException {
            stores.call(name, s -> {
                s.rename(folder, to);
                return null;
            });
        }

        @Override
        public Set<String> subscriptions(AccountId account) throws IOException {
            return stores.call(name, s -> s.subscriptions(account));
        }

        @Override
        public void subscribe(Folder folder) throws IOException {
            stores.call(name, s -> {
                s.subscribe(folder);
                return null;
            });
        }

        @Override
        public void unsubscribe(Folder folder) throws IOException {
            stores.call(name, s -> {
                s.unsubscribe(folder);
                return null;
            });
        }

        @Override
        public Identity identity(Folder folder) throws IOException {
            return stores.call(name, s -> s.identity(folder));
        }

        @Override
        public List<Entry> scan(Folder folder) throws IOException {
            return stores.call(name, s -> s.scan(folder));
        }

        @Override
        public Entry add(Folder folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws IOException {
            return stores.call(name, s -> s.add(folder, id, content, flags, received));
        }

        @Override
        public Map<String, Long> record(Folder folder, List<String> keys) throws IOException {
            return stores.call(name, s -> s.record(folder, keys));
        }

        @Override
        public void flag(Folder folder, Collection<String> keys, FlagChange change) throws IOException {
            stores.call(name, s -> {
                s.flag(folder, keys, change);
                return null;
            });
        }

        @Override
        public Map<String, String> copy(Folder from, List<String> keys, Folder to) throws IOException {
            return stores.call(name, s -> s.copy(from, keys, to));
        }

        @Override
        public Map<String, String> move(Folder from, List<String> keys, Folder to) throws IOException {
            return stores.call(name, s -> s.move(from, keys, to));
        }

        @Override
        public void remove(Folder folder, Collection<String> keys) throws IOException {
            stores.call(name, s -> {
                s.remove(folder, keys);
                return null;
            });
        }

        @Override
        public long size(Folder folder, String key) throws IOException {
            return stores.call(name, s -> s.size(folder, key));
        }

        @Override
        public int read(Folder folder, String key, long offset, byte[] into) throws IOException {
            return stores.call(name, s -> s.read(folder, key, offset, into));
        }

        @Override
        public int read(Folder folder, String key, long offset, ByteBuffer into) throws IOException {
            return stores.call(name, s -> s.read(folder, key, offset, into));
        }

        @Override
        public Watch.Watching watch(Folder folder, Watch watch) throws IOException {
            return stores.call(name, s -> s.watch(folder, watch));
        }

        /** Opening and closing the stores is the kernel's. */
        @Override
        public void open() {}

        @Override
        public void close() {}
    }
}
