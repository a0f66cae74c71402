package org.posthouse.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.Location;
import org.posthouse.disk.Lookout;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.SubscriptionFile;
import org.posthouse.mailbox.Watch;
import org.posthouse.message.Content;
import org.posthouse.net.Site;
import org.posthouse.queue.DeliveryId;

/**
 * Keeps mail as Maildir++, one file a message, together with Dovecot's {@code dovecot-uidlist} and {@code dovecot-keywords},
 * so that a Dovecot Maildir is taken over in place and given back. Holds nothing that listing a folder does not bring back.
 */
@Component(configurationPid = "store-maildir")
@Designate(ocd = MaildirStore.Config.class)
public final class MaildirStore implements Store {
    @ObjectClassDefinition(name = "store-maildir", description = "Keeps mail as Maildir++, shared with Dovecot, mutt and others")
    public @interface Config {
        @AttributeDefinition(description = "An account's Maildir, in var/ or absolute: %u is the account's name, %n what is before"
                + " its @, %d its domain, %h its home (mail/%d/%n)")
        String location() default Location.HOME + "/Maildir";

        @AttributeDefinition(description = "Line ends of new messages' files: lf, as mutt and procmail expect, or crlf",
                options = {@Option(label = "lf", value = "lf"), @Option(label = "crlf", value = "crlf")})
        String line_ends() default "lf";
    }

    private static final int MOST_FOLDERS = 10_000;
    private static final String SUBSCRIPTIONS = "subscriptions";

    private final Location location;
    private final Ground ground;
    private final Arrival arrival;
    private final CrlfReader reader = new CrlfReader();
    private final Transfer transfer;
    private final Tree tree;
    private final SubscriptionFile subscriptions;
    private final Lookout lookout = new Lookout("store-maildir-watch");
    private final Map<Folder, MaildirFolder> folders = new Bounded<>(MOST_FOLDERS);

    @Activate
    public MaildirStore(Config config, @Reference Disk disk, @Reference Site site) {
        this(config, disk, site, Clock.systemUTC());
    }

    MaildirStore(Config config, Disk disk, Site site, Clock clock) {
        this.location = new Location("location", config.location(), disk);
        this.ground = new Ground(disk, clock, site.hostname());
        this.arrival = new Arrival(ground, LineEnds.of(config.line_ends()));
        this.transfer = new Transfer(ground);
        this.tree = new Tree(disk);
        this.subscriptions = new SubscriptionFile(disk, ground.locks(), '.', c -> c != '.');
    }

    @Override
    public void open() {
        forget();
    }

    /** A closed one that is called once more, or opened again, must see what another version stored meanwhile. */
    @Override
    public void close() throws IOException {
        forget();
        lookout.close();
    }

    private void forget() {
        arrival.forgetAll();
        synchronized (folders) {
            folders.clear();
        }
    }

    @Override
    public List<String> folders(AccountId account) throws IOException {
        return Tree.names(location.of(account));
    }

    @Override
    public void create(Folder folder) throws IOException {
        find(folder).create();
    }

    @Override
    public void delete(Folder folder) throws IOException {
        var dir = find(folder).dir();
        try {
            tree.delete(folder.name(), dir);
        } finally {
            forget(folder, dir);
        }
    }

    @Override
    public void rename(Folder folder, String to) throws IOException {
        var other = new Folder(folder.account(), to);
        if (FolderName.isInbox(to)) {
            throw new FileAlreadyExistsException(to);
        }
        var dir = find(folder).dir();
        var otherDir = find(other).dir();
        try {
            tree.rename(folder.name(), dir, to, otherDir);
        } finally {
            forget(folder, dir);
            forget(other, otherDir);
        }
    }

    /** Under that name there is another folder now, or none. */
    private void forget(Folder folder, Path dir) {
        arrival.forget(dir);
        synchronized (folders) {
            folders.remove(folder);
        }
    }

    @Override
    public Set<String> subscriptions(AccountId account) throws IOException {
        return subscriptions.names(location.of(account).resolve(SUBSCRIPTIONS));
    }

    @Override
    public void subscribe(Folder folder) throws IOException {
        var inbox = find(new Folder(folder.account(), "INBOX"));
        FolderName.directory(folder.name()); // whatever is no folder's name is refused
        inbox.inPlace(() -> {
            subscriptions.add(inbox.dir().resolve(SUBSCRIPTIONS), folder.name());
            return folder;
        });
    }

    @Override
    public void unsubscribe(Folder folder) throws IOException {
        subscriptions.remove(location.of(folder.account()).resolve(SUBSCRIPTIONS), folder.name());
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
        return arrival.into(find(folder), MailName.tag(id), content, flags, received);
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
        return transfer.copy(find(from), keys, find(to));
    }

    @Override
    public Map<String, String> move(Folder from, List<String> keys, Folder to) throws IOException {
        return transfer.move(find(from), keys, find(to));
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
        return read(folder, key, offset, ByteBuffer.wrap(into));
    }

    @Override
    public int read(Folder folder, String key, long offset, ByteBuffer into) throws IOException {
        return find(folder).read(key, offset, into);
    }

    @Override
    public Watch.Watching watch(Folder folder, Watch watch) throws IOException {
        var found = find(folder);
        found.mustExist();
        var parts = List.of(found.dir().resolve("new"), found.dir().resolve("cur"));
        return lookout.watch(parts, new Lookout.Listener(_ -> true, watch::changed, watch::ended))::close;
    }

    private MaildirFolder find(Folder folder) throws IOException {
        synchronized (folders) {
            var known = folders.get(folder);
            if (known != null) {
                return known;
            }
        }
        var directory = FolderName.directory(folder.name());
        Path maildir = location.of(folder.account());
        var found = new MaildirFolder(folder.name(), directory.isEmpty() ? maildir : maildir.resolve(directory), ground, reader);
        synchronized (folders) {
            var meanwhile = folders.putIfAbsent(folder, found);
            return meanwhile == null ? found : meanwhile;
        }
    }
}
