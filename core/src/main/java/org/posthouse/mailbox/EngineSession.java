package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.posthouse.auth.Account;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

/** An account's mail in whichever engine is there at each call; tells those who watch a folder of what it did to it. */
final class EngineSession implements AccountSession {
    private final EngineMailboxes mailboxes;
    private final Account account;
    private final Watches watches;

    EngineSession(EngineMailboxes mailboxes, Account account, Watches watches) {
        this.mailboxes = mailboxes;
        this.account = account;
        this.watches = watches;
    }

    /** A call that changes something. */
    @FunctionalInterface
    private interface Deed<X extends Exception> {
        void on(AccountSession mail) throws IOException, X;
    }

    private <X extends Exception> void perform(Deed<X> deed) throws IOException, X {
        mailboxes.<Void, X>ask(account, mail -> {
            deed.on(mail);
            return null;
        });
    }

    private void changed(String folder) {
        watches.changed(account.id(), folder);
    }

    @Override
    public List<String> folders() throws IOException {
        return mailboxes.ask(account, AccountSession::folders);
    }

    @Override
    public Set<String> subscriptions() throws IOException {
        return mailboxes.ask(account, AccountSession::subscriptions);
    }

    @Override
    public Map<String, String> specialUses() throws IOException {
        return mailboxes.ask(account, AccountSession::specialUses);
    }

    @Override
    public void subscribe(String folder) throws IOException {
        perform(mail -> mail.subscribe(folder));
    }

    @Override
    public void unsubscribe(String folder) throws IOException {
        perform(mail -> mail.unsubscribe(folder));
    }

    @Override
    public void create(String folder) throws Refusal, IOException {
        this.<Refusal>perform(mail -> mail.create(folder));
    }

    @Override
    public void delete(String folder) throws Refusal, IOException {
        this.<Refusal>perform(mail -> mail.delete(folder));
        changed(folder);
    }

    @Override
    public void rename(String folder, String to) throws Refusal, IOException {
        this.<Refusal>perform(mail -> mail.rename(folder, to));
        changed(folder);
    }

    @Override
    public Listing list(String folder) throws Refusal, IOException {
        return mailboxes.<Listing, Refusal>ask(account, mail -> mail.list(folder));
    }

    @Override
    public Changes changesSince(String folder, long modseq) throws Refusal, IOException {
        return mailboxes.<Changes, Refusal>ask(account, mail -> mail.changesSince(folder, modseq));
    }

    @Override
    public long claimRecent(String folder, long below) throws IOException {
        return mailboxes.ask(account, mail -> mail.claimRecent(folder, below));
    }

    @Override
    public Map<Long, Digest> digests(String folder, List<Mail> mails) throws IOException {
        return mailboxes.ask(account, mail -> mail.digests(folder, mails));
    }

    @Override
    public int read(String folder, Mail mail, long offset, byte[] into) throws IOException {
        return mailboxes.ask(account, engine -> engine.read(folder, mail, offset, into));
    }

    @Override
    public int read(String folder, Mail mail, long offset, ByteBuffer into) throws IOException {
        return mailboxes.ask(account, engine -> engine.read(folder, mail, offset, into));
    }

    @Override
    public void deliver(String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
            throws Refusal, IOException {
        this.<Refusal>perform(mail -> mail.deliver(folder, id, content, flags, received));
        changed(folder);
    }

    @Override
    public Placed append(String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
            throws Refusal, IOException {
        var placed = mailboxes.<Placed, Refusal>ask(account, mail -> mail.append(folder, id, content, flags, received));
        changed(folder);
        return placed;
    }

    @Override
    public UidSet flag(String folder, UidSet uids, FlagUpdate update) throws Refusal, IOException {
        var left = mailboxes.<UidSet, Refusal>ask(account, mail -> mail.flag(folder, uids, update));
        changed(folder);
        return left;
    }

    @Override
    public void expunge(String folder, UidSet uids) throws Refusal, IOException {
        this.<Refusal>perform(mail -> mail.expunge(folder, uids));
        changed(folder);
    }

    @Override
    public void expungeDeleted(String folder, UidSet uids) throws Refusal, IOException {
        this.<Refusal>perform(mail -> mail.expungeDeleted(folder, uids));
        changed(folder);
    }

    @Override
    public Placed copy(String folder, UidSet uids, String to) throws Refusal, IOException {
        var placed = mailboxes.<Placed, Refusal>ask(account, mail -> mail.copy(folder, uids, to));
        changed(to);
        return placed;
    }

    @Override
    public Placed move(String folder, UidSet uids, String to) throws Refusal, IOException {
        var placed = mailboxes.<Placed, Refusal>ask(account, mail -> mail.move(folder, uids, to));
        changed(folder);
        changed(to);
        return placed;
    }

    @Override
    public Quota quota() throws IOException {
        return mailboxes.ask(account, AccountSession::quota);
    }

    @Override
    public Watch.Watching watch(String folder, Watch watch) throws IOException {
        return watches.add(account.id(), folder, watch, told -> mailboxes.ask(account, mail -> mail.watch(folder, told)));
    }
}
