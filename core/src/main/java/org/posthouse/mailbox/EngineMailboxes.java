package org.posthouse.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.config.Values;
import org.posthouse.message.Content;
import org.posthouse.message.PieceInput;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;
import org.posthouse.swap.Plugins;

/** Opens accounts' mail in the engine that is there at each call, so that a session outlives a swap of the engine. */
public final class EngineMailboxes implements Mailboxes {
    static final String DEFAULT_ENGINE = "mailboxes-indexed";

    private final Plugins<MailboxEngine> engines;
    private final AccountFinder accounts;
    private volatile String engine = DEFAULT_ENGINE;

    public EngineMailboxes(Plugins<MailboxEngine> engines, AccountFinder accounts) {
        this.engines = engines;
        this.accounts = accounts;
    }

    /** Key {@code mailboxes}: the bundle that is the engine. */
    public void configure(Values top) {
        engine = top.has("mailboxes") ? top.text("mailboxes") : DEFAULT_ENGINE;
    }

    @Override
    public AccountSession open(AccountId id) throws IOException {
        return new Session(accounts.account(id.name()).orElseThrow(() -> new NoSuchFileException("no account " + id)));
    }

    private final class Session implements AccountSession {
        private final Account account;

        Session(Account account) {
            this.account = account;
        }

        @Override
        public List<String> folders() throws IOException {
            return engines.call(engine, e -> e.folders(account));
        }

        @Override
        public Listing list(String folder) throws Refusal, IOException {
            return engines.<Listing, Refusal>call(engine, e -> e.list(account, folder));
        }

        @Override
        public InputStream read(String folder, Mail mail) {
            return new PieceInput(String.valueOf(mail.uid()), mail.size(),
                    (offset, into) -> engines.call(engine, e -> e.read(account, folder, mail.uid(), offset, into)));
        }

        @Override
        public void append(String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
                throws Refusal, IOException {
            engines.<Void, Refusal>call(engine, e -> {
                e.append(account, folder, id, content, flags, received);
                return null;
            });
        }

        @Override
        public void expunge(String folder, Collection<Long> uids) throws Refusal, IOException {
            engines.<Void, Refusal>call(engine, e -> {
                e.expunge(account, folder, uids);
                return null;
            });
        }
    }
}
