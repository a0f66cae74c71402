package org.posthouse.indexed;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.MailboxEngine;
import org.posthouse.mailbox.Stores;
import org.posthouse.message.BadSetting;

/**
 * Gives the mail of any store its meaning. The store is the truth for messages, UIDs and flags; what is kept here beside it, in
 * {@code var/index}, can be lost at any time and is made again: when each message last changed, what was removed, and what IMAP
 * clients ask of messages, ready to send.
 */
@Component(configurationPid = "mailboxes-indexed")
@Designate(ocd = IndexedMailboxes.Config.class)
public final class IndexedMailboxes implements MailboxEngine {
    @ObjectClassDefinition(name = "mailboxes-indexed", description = "Gives stored mail its order, UIDs, changes and quick look-ups")
    public @interface Config {
        @AttributeDefinition(description = "Folders with a special use (RFC 6154), as name=use; several names may have one use")
        String[] special_use() default {"Drafts=Drafts", "Sent=Sent", "Sent Messages=Sent", "Trash=Trash", "Junk=Junk", "Spam=Junk",
                "Archive=Archive"};
    }

    private static final int FEW_ACCOUNTS = 1000;

    private final Stores stores;
    private final IndexFiles files;
    private final Clock clock;
    private final Map<String, String> specialUses;
    private final Map<AccountId, SoftReference<AccountIndex>> accounts = new HashMap<>();
    private int sweepAt = FEW_ACCOUNTS;

    @Activate
    public IndexedMailboxes(Config config, @Reference Stores stores, @Reference Disk disk) {
        this(config, stores, disk, Clock.systemUTC());
    }

    IndexedMailboxes(Config config, Stores stores, Disk disk, Clock clock) {
        this.stores = stores;
        this.files = new IndexFiles(disk);
        this.clock = clock;
        this.specialUses = specialUses(config.special_use());
    }

    private static Map<String, String> specialUses(String[] settings) {
        var uses = new LinkedHashMap<String, String>();
        for (var setting : settings) {
            int equals = setting.lastIndexOf('=');
            if (equals < 1 || !setting.substring(equals + 1).strip().matches("All|Archive|Drafts|Flagged|Junk|Sent|Trash")) {
                throw new BadSetting("special-use", "'" + setting + "' is not a folder's name, '=' and one of All, Archive, Drafts,"
                        + " Flagged, Junk, Sent and Trash");
            }
            uses.put(setting.substring(0, equals).strip(), "\\" + setting.substring(equals + 1).strip());
        }
        return Map.copyOf(uses);
    }

    @Override
    public void open() {
        forget();
    }

    @Override
    public void close() {
        forget();
    }

    private void forget() {
        synchronized (accounts) {
            accounts.values().stream().map(SoftReference::get).filter(a -> a != null).forEach(AccountIndex::end);
            accounts.clear();
        }
    }

    @Override
    public AccountSession account(Account account) throws IOException {
        return new IndexedAccount(account, stores.of(account), index(account.id()), specialUses);
    }

    /** The same one for all sessions of an account, for as long as anybody uses it or memory allows. */
    private AccountIndex index(AccountId account) {
        synchronized (accounts) {
            var reference = accounts.get(account);
            var known = reference == null ? null : reference.get();
            if (known != null) {
                return known;
            }
            if (accounts.size() >= sweepAt) {
                accounts.values().removeIf(r -> r.get() == null);
                sweepAt = 2 * accounts.size() + FEW_ACCOUNTS;
            }
            var index = new AccountIndex(account, files, clock);
            accounts.put(account, new SoftReference<>(index));
            return index;
        }
    }
}
