package org.posthouse.mbox;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.DotLocks;
import org.posthouse.disk.Ledger;
import org.posthouse.disk.Location;
import org.posthouse.disk.Lookout;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.SubscriptionFile;
import org.posthouse.mailbox.Validities;
import org.posthouse.mailbox.Watch;
import org.posthouse.message.Content;
import org.posthouse.message.Setting;
import org.posthouse.net.Site;
import org.posthouse.queue.DeliveryId;

/**
 * Keeps mail as mbox (RFC 4155), one file a folder, beside Dovecot, mutt, procmail, Postfix and others: reads mboxo, mboxrd, mboxcl
 * and mboxcl2, writes mboxrd. Holds nothing that reading the files does not bring back.
 */
@Component(configurationPid = "store-mbox")
@Designate(ocd = MboxStore.Config.class)
public final class MboxStore implements Store {
    @ObjectClassDefinition(name = "store-mbox", description = "Keeps mail as mbox files, shared with Dovecot, mutt and others")
    public @interface Config {
        @AttributeDefinition(description = "An account's INBOX, in var/ or absolute, like /var/mail/%n: %u is the account's name, %n what"
                + " is before its @, %d its domain, %h its home (mail/%d/%n)")
        String inbox() default Location.HOME + "/mbox";

        @AttributeDefinition(description = "The directory of an account's other folders; %u, %n, %d and %h as above")
        String folders() default Location.HOME + "/folders";

        @AttributeDefinition(name = "duration", description = "How long to wait for another program's lock before mail has to wait")
        String lock_wait() default "10s";

        @AttributeDefinition(name = "duration", description = "When a dot lock that nobody touched is taken away; that of a dead process is"
                + " at once")
        String stale_after() default "5m";
    }

    private static final int MOST_FOLDERS = 10_000;
    private static final Duration RETRIED = Duration.ofDays(7);

    private final Disk disk;
    private final Places places;
    private final Ground ground;
    private final Decoder decoder = new Decoder();
    private final SubscriptionFile subscriptions;
    private final Lookout lookout = new Lookout("store-mbox-watch");
    private final Object tree = new Object(); // which folders there are
    private final Map<Folder, MboxFolder> folders = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Folder, MboxFolder> eldest) {
            return size() > MOST_FOLDERS;
        }
    };

    @Activate
    public MboxStore(Config config, @Reference Disk disk, @Reference Site site) {
        this(config, disk, site, Clock.systemUTC());
    }

    MboxStore(Config config, Disk disk, Site site, Clock clock) {
        this.disk = disk;
        this.places = new Places(config.inbox(), config.folders(), disk);
        var dotLocks = new DotLocks(disk, clock, site.hostname(), Setting.duration("stale-after", config.stale_after()));
        var locks = new Locks(disk, dotLocks, Setting.duration("lock-wait", config.lock_wait()));
        this.ground = new Ground(disk, clock, locks, new Ledger(disk, clock, RETRIED), new Validities(disk, clock));
        this.subscriptions = new SubscriptionFile(disk, dotLocks, '/', c -> c != '/');
    }

    @Override
    public void open() {
        forget();
    }

    @Override
    public void close() throws IOException {
        forget();
        lookout.close();
    }

    private void forget() {
        synchronized (folders) {
            folders.clear();
        }
    }

    @Override
    public List<String> folders(AccountId account) throws IOException {
        return places.names(account);
    }

    @Override
    public void create(Folder folder) throws IOException {
        var found = find(folder);
        synchronized (tree) {
            found.create();
        }
    }

    @Override
    public void delete(Folder folder) throws IOException {
        var found = find(folder);
        synchronized (tree) {
            found.delete();
        }
        forget(folder);
    }

    @Override
    public void rename(Folder folder, String to) throws IOException {
        var other = new Folder(folder.account(), to);
        var place = find(other).place();
        if (place.isInbox()) {
            throw new FileAlreadyExistsException(to);
        }
        var found = find(folder);
        synchronized (tree) {
            found.rename(place);
        }
        forget(folder);
        forget(other);
    }

    /** Under that name there is another folder now, or none. */
    private void forget(Folder folder) {
        synchronized (folders) {
            folders.remove(folder);
        }
    }

    @Override
    public Set<String> subscriptions(AccountId account) throws IOException {
        return subscriptions.names(places.subscriptions(account));
    }

    @Override
    public void subscribe(Folder folder) throws IOException {
        places.of(folder); // whatever is no folder's name is refused
        var file = places.subscriptions(folder.account());
        disk.folder(file.getParent());
        subscriptions.add(file, folder.name());
    }

    @Override
    public void unsubscribe(Folder folder) throws IOException {
        subscriptions.remove(places.subscriptions(folder.account()), folder.name());
    }

    @Override
    public Identity identity(Folder folder) throws IOException {
        return find(folder).identity();
    }

    @Override
    public List<Entry> scan(Folder folder) throws IOException {
        return find(folder).scan();
    }

    @Override
    public Entry add(Folder folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws IOException {
        return find(folder).add(Arrival.Letter.of(id, content, flags, received));
    }

    @Override
    public Map<String, Long> record(Folder folder, List<String> keys) throws IOException {
        return find(folder).record(keys);
    }

    @Override
    public void flag(Folder folder, Collection<String> keys, FlagChange change) throws IOException {
        find(folder).flag(keys, change);
    }

    @Override
    public Map<String, String> copy(Folder from, List<String> keys, Folder to) throws IOException {
        return Transfer.copy(find(from), keys, find(to));
    }

    @Override
    public Map<String, String> move(Folder from, List<String> keys, Folder to) throws IOException {
        return Transfer.move(find(from), keys, find(to));
    }

    @Override
    public void remove(Folder folder, Collection<String> keys) throws IOException {
        find(folder).remove(keys);
    }

    @Override
    public long size(Folder folder, String key) throws IOException {
        return find(folder).size(key);
    }

    @Override
    public int read(Folder folder, String key, long offset, byte[] into) throws IOException {
        return find(folder).read(key, offset, into);
    }

    /** The directory is watched, for programs may replace the file. */
    @Override
    public Watch.Watching watch(Folder folder, Watch watch) throws IOException {
        var place = find(folder).place();
        if (place.isInbox()) {
            disk.folder(place.file().getParent());
        } else if (!Files.exists(place.file())) {
            throw new NoSuchFileException(place.name(), null, "no such folder");
        }
        var name = place.file().getFileName().toString();
        return lookout.watch(List.of(place.file().getParent()), new Lookout.Listener(name::equals, watch::changed, watch::ended))::close;
    }

    private MboxFolder find(Folder named) throws IOException {
        var folder = Places.isInbox(named.name()) ? new Folder(named.account(), "INBOX") : named;
        synchronized (folders) {
            var known = folders.get(folder);
            if (known != null) {
                return known;
            }
        }
        var found = new MboxFolder(places.of(folder), ground, decoder);
        synchronized (folders) {
            var meanwhile = folders.putIfAbsent(folder, found);
            return meanwhile == null ? found : meanwhile;
        }
    }
}
