package org.posthouse.pop3;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;
import org.posthouse.net.Listener;
import org.posthouse.pop3.State.Authorization;
import org.posthouse.pop3.State.Ended;
import org.posthouse.pop3.State.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's session from greeting to end (RFC 1939), with CAPA and PIPELINING (RFC 2449), STLS (RFC 2595) and AUTH
 * (RFC 5034). Belongs to the thread that serves it. Only QUIT deletes; a session that ends in any other way leaves the
 * mailbox as it was.
 */
final class Pop3Session {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-pop3");
    private static final int LONGEST_COMMAND = 255 - 2; // RFC 2449 §4, without its end
    private static final Duration ONE_LINE = Duration.ofMinutes(1);

    /** What a session works with. */
    record Services(Accounts accounts, Mailboxes mailboxes, Sessions sessions, Clock clock) {}

    private final Connection client;
    private final Services services;
    private final Limits limits;
    private final Replies replies;
    private final Login login;
    private final MailCommands mail;
    private final Instant loginUntil;
    private Optional<AccountId> account = Optional.empty();

    Pop3Session(Connection client, Services services, Limits limits) {
        this.client = client;
        this.services = services;
        this.limits = limits;
        this.replies = new Replies(client, limits);
        this.login = new Login(client, services.accounts());
        this.mail = new MailCommands(client, replies);
        this.loginUntil = services.clock().instant().plus(limits.loginTime());
    }

    /** The account it has logged in to. */
    Optional<AccountId> account() {
        return account;
    }

    int retrieved() {
        return mail.retrieved();
    }

    int deleted() {
        return mail.deleted();
    }

    void run(String hostname) throws IOException {
        replies.ok(hostname + " POP3 ready");
        State state = new Authorization(Optional.empty());
        while (!(state instanceof Ended) && !exhausted(state)) {
            state = switch (client.await(patience(state))) {
                case INPUT -> next(state);
                case WOKEN -> client.ending() ? endingNow() : state;
                // RFC 1939 §3: a time-out ends without reply and without UPDATE
                case TIMEOUT, CLOSED -> new Ended();
            };
        }
    }

    private boolean exhausted(State state) {
        return replies.enough() || (state instanceof Authorization && !timeToLogIn().isPositive());
    }

    private Duration patience(State state) {
        return state instanceof Authorization ? shorter(timeToLogIn(), limits.autologout()) : limits.autologout();
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private Duration timeToLogIn() {
        return Duration.between(services.clock().instant(), loginUntil);
    }

    private State endingNow() throws IOException {
        replies.line("-ERR [SYS/TEMP] this server ends the session, please connect again");
        return new Ended();
    }

    private State next(State state) throws IOException {
        client.readTimeout(shorter(patience(state), ONE_LINE)); // a slow line is no way around login-time
        var line = client.readLine(Login.LONGEST_LINE);
        if (line.ending() == Line.Ending.END) {
            return new Ended();
        }
        var command = Command.read(line.octets());
        Arrays.fill(line.octets(), (byte) 0); // it may hold a password
        boolean tooLong = line.octets().length > LONGEST_COMMAND && !command.keyword().equals("AUTH");
        if (tooLong || line.ending() == Line.Ending.TOO_LONG) {
            return refused(state, "line too long");
        }
        return switch (state) {
            case Authorization authorization -> authorize(authorization, command);
            case Transaction(var maildrop) -> transact(state, maildrop, command);
            case Ended ended -> ended;
        };
    }

    private State authorize(Authorization state, Command command) throws IOException {
        return switch (command.keyword()) {
            case "CAPA" -> capabilities(state);
            case "STLS" -> startTls(state);
            case "USER" -> user(state, command);
            case "PASS" -> pass(state, command);
            case "AUTH" -> auth(state, command);
            case "QUIT" -> quit();
            case "STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "RSET", "NOOP" -> refused(state, "log in first");
            default -> refused(state, "unknown command");
        };
    }

    private State transact(State state, Maildrop maildrop, Command command) throws IOException {
        switch (command.keyword()) {
            case "STAT" -> mail.stat(maildrop);
            case "LIST" -> mail.list(maildrop, command);
            case "UIDL" -> mail.uidl(maildrop, command);
            case "RETR" -> mail.retr(maildrop, command);
            case "TOP" -> mail.top(maildrop, command);
            case "DELE" -> mail.dele(maildrop, command);
            case "RSET" -> mail.rset(maildrop);
            case "NOOP" -> replies.ok("still here");
            case "CAPA" -> capabilities(state);
            case "QUIT" -> {
                mail.quit(maildrop);
                return new Ended();
            }
            case "USER", "PASS", "AUTH", "STLS" -> replies.refuse("you have logged in");
            default -> replies.refuse("unknown command");
        }
        return state;
    }

    private State capabilities(State state) throws IOException {
        replies.ok("capabilities");
        replies.line("TOP");
        replies.line("UIDL");
        replies.line("RESP-CODES");
        replies.line("AUTH-RESP-CODE");
        replies.line("PIPELINING");
        replies.line("EXPIRE NEVER");
        if (takesPasswords()) {
            replies.line("USER");
            var mechanisms = services.accounts().mechanisms(client);
            if (!mechanisms.isEmpty()) {
                replies.line("SASL " + String.join(" ", mechanisms));
            }
        }
        if (offersTls() && state instanceof Authorization) {
            replies.line("STLS");
        }
        replies.line("IMPLEMENTATION Posthouse");
        replies.line(".");
        return state;
    }

    private boolean offersTls() {
        return client.peer().listener().tls() == Listener.Tls.STARTTLS && !client.secure();
    }

    /** RFC 2595 §2.2: no password in the clear where TLS can be had. */
    private boolean takesPasswords() {
        return client.secure() || client.peer().listener().tls() == Listener.Tls.NONE;
    }

    private State startTls(Authorization state) throws IOException {
        if (!offersTls()) {
            return refused(state, client.secure() ? "TLS is on already" : "TLS is not offered here");
        }
        client.startTls("+OK begin TLS\r\n");
        return new Authorization(Optional.empty()); // RFC 2595 §4: what was said in the clear is forgotten
    }

    private State user(Authorization state, Command command) throws IOException {
        if (!takesPasswords()) {
            return refused(state, "STLS first");
        }
        if (command.argument().length == 0) {
            return refused(state, "USER needs a name");
        }
        replies.ok("now the password"); // RFC 1939 §7 allows it for names that do not exist
        return new Authorization(Optional.of(command.text()));
    }

    private State pass(Authorization state, Command command) throws IOException {
        if (!takesPasswords()) {
            return refused(state, "STLS first");
        }
        if (state.user().isEmpty()) {
            return refused(state, "USER first");
        }
        try {
            // RFC 1939 §7: spaces belong to the password
            return opened(login.password(state.user().get(), command.argument()));
        } catch (Refusal e) {
            return notLoggedIn(e);
        }
    }

    private State auth(Authorization state, Command command) throws IOException {
        if (!takesPasswords()) {
            return refused(state, "STLS first");
        }
        try {
            return opened(login.sasl(command));
        } catch (Refusal e) {
            return notLoggedIn(e);
        }
    }

    private State opened(AccountId id) throws Refusal, IOException {
        var maildrop = maildrop(id);
        account = Optional.of(id);
        replies.ok(maildrop.count() + " messages");
        return new Transaction(maildrop);
    }

    private Maildrop maildrop(AccountId id) throws Refusal {
        if (!services.sessions().enter(id)) {
            throw new Refusal("4.4.5", "the account has enough sessions, please come again later");
        }
        boolean entered = false;
        try {
            var maildrop = new Maildrop(id, services.mailboxes().open(id));
            entered = true;
            return maildrop;
        } catch (IOException e) {
            LOG.warn("cannot open mailbox account={}: {}", id, e.toString());
            throw new Refusal("4.2.0", "the mailbox is away, please come again later");
        } finally {
            if (!entered) {
                services.sessions().leave(id);
            }
        }
    }

    private State notLoggedIn(Refusal why) throws IOException {
        replies.refuseLogin(why.status());
        return new Authorization(Optional.empty());
    }

    private State quit() throws IOException {
        replies.ok("bye");
        return new Ended();
    }

    private State refused(State state, String text) throws IOException {
        replies.refuse(text);
        return state;
    }
}
