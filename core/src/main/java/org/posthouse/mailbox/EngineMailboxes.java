package org.posthouse.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.config.Values;
import org.posthouse.message.Refusal;
import org.posthouse.message.Spool;
import org.posthouse.message.Spooled;
import org.posthouse.swap.Call;
import org.posthouse.swap.Plugins;

/** Opens accounts' mail in the engine that is there at each call, so that a session outlives a swap of the engine. */
public final class EngineMailboxes implements Mailboxes {
    static final String DEFAULT_ENGINE = "mailboxes-indexed";

    private final Plugins<MailboxEngine> engines;
    private final AccountFinder accounts;
    private final Spool spool;
    private final Watches watches = new Watches();
    private volatile String engine = DEFAULT_ENGINE;

    public EngineMailboxes(Plugins<MailboxEngine> engines, AccountFinder accounts, Spool spool) {
        this.engines = engines;
        this.accounts = accounts;
        this.spool = spool;
    }

    /** Key {@code mailboxes}: the bundle that is the engine. */
    public void configure(Values top) {
        engine = top.has("mailboxes") ? top.text("mailboxes") : DEFAULT_ENGINE;
    }

    @Override
    public AccountSession open(AccountId id) throws IOException {
        var account = accounts.account(id.name()).orElseThrow(() -> new NoSuchFileException("no account " + id));
        return new EngineSession(this, account, watches);
    }

    @Override
    public Spooled spool(InputStream in, long maxOctets) throws Refusal, IOException {
        return spool.take(in, maxOctets);
    }

    <R, X extends Exception> R ask(Account account, Call<AccountSession, R, X> call) throws IOException, X {
        return engines.<R, X>call(engine, e -> call.on(e.account(account)));
    }
}
