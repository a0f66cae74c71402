package org.posthouse.imap;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.imap.CommandReader.Input;
import org.posthouse.imap.State.Authenticated;
import org.posthouse.imap.State.Ended;
import org.posthouse.imap.State.NotAuthenticated;
import org.posthouse.imap.State.Selected;
import org.posthouse.imap.State.User;
import org.posthouse.imap.View.Shift;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Connection;
import org.posthouse.net.Strikes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's session from greeting to end (RFC 3501). Belongs to the thread that serves it, which alone writes to the client
 * and knows what it was told. What goes wrong with mail ends the command, not the session.
 */
final class ImapSession {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-imap");
    private static final Duration ONE_READ = Duration.ofMinutes(1);

    /** A command's end: the state after it, and the reply, unless that was said already. */
    private record Step(State state, Optional<Reply> reply) {
        static Step to(State state, Reply reply) {
            return new Step(state, Optional.of(reply));
        }
    }

    /** What sessions work with, and share. */
    record Services(Accounts accounts, Mailboxes mailboxes, Sessions sessions, Clock clock, Semaphore searchReaders, Rooms rooms,
            KeywordsInUse keywords) {}

    private final Connection client;
    private final Services services;
    private final Limits limits;
    private final Clock clock;
    private final Output out;
    private final CommandReader in;
    private final Authentication authentication;
    private final Capabilities capabilities;
    private final Enabled enabled = new Enabled();
    private final FolderCommands folders;
    private final ListCommands lists;
    private final SelectCommands selects;
    private final MessageCommands messages;
    private final Appending appending;
    private final FetchCommand fetching;
    private final SearchCommand searching;
    private final Instant loginUntil;
    private final Strikes errors; // one after the other
    private Optional<AccountId> account = Optional.empty();
    private Optional<RuntimeException> bug = Optional.empty();
    private boolean compressed;
    private int commands;

    ImapSession(Connection client, Services services, Limits limits) {
        this.client = client;
        this.services = services;
        this.limits = limits;
        this.clock = services.clock();
        this.errors = new Strikes(client, limits.errors(), limits.tarpit());
        this.out = new Output(client, services.rooms());
        this.in = new CommandReader(client, out, limits);
        this.authentication = new Authentication(client, in, out, services.accounts(), limits);
        this.capabilities = new Capabilities(client, services.accounts(), limits);
        this.folders = new FolderCommands(out, enabled, limits);
        this.lists = new ListCommands(out, folders);
        this.selects = new SelectCommands(out, enabled, services.keywords());
        this.messages = new MessageCommands(out, enabled);
        this.appending = new Appending(in, services.mailboxes(), limits, client.peer().session(), clock);
        this.fetching = new FetchCommand(out, enabled);
        this.searching = new SearchCommand(out, enabled, clock, services.searchReaders(), this::hungUp);
        this.loginUntil = clock.instant().plus(limits.loginTime());
    }

    /** The account it has logged in to. */
    Optional<AccountId> account() {
        return account;
    }

    int commands() {
        return commands;
    }

    int appended() {
        return appending.appended();
    }

    /** @throws RuntimeException at the end, when a command has failed by a bug, so that this version is judged by it */
    void run(String hostname) throws IOException {
        out.untagged("OK [CAPABILITY " + capabilities.before() + "] " + hostname + " IMAP ready");
        State state = new NotAuthenticated();
        while (!(state instanceof Ended)) {
            state = switch (client.await(patience(state))) {
                case INPUT -> next(state);
                case WOKEN -> client.ending() ? asked() : state;
                case TIMEOUT -> silent();
                case CLOSED -> new Ended();
            };
        }
        if (bug.isPresent()) {
            throw bug.get();
        }
    }

    /** Whether the client is gone, in the middle of a command. */
    private boolean hungUp() {
        try {
            var event = client.await(Duration.ZERO);
            if (event == Connection.Event.WOKEN) {
                client.wake(); // for who waits between two commands
            }
            return event == Connection.Event.CLOSED;
        } catch (IOException _) {
            return true;
        }
    }

    private Duration patience(State state) {
        if (!(state instanceof NotAuthenticated)) {
            return limits.autologout();
        }
        var left = Duration.between(clock.instant(), loginUntil);
        return left.isPositive() ? left : Duration.ZERO;
    }

    private State asked() throws Gone {
        return bye("UNAVAILABLE", "this server ends the session, please connect again");
    }

    /** RFC 3501 §5.4. */
    private State silent() throws Gone {
        return bye("", "autologout");
    }

    private State bye(String code, String text) throws Gone {
        out.untagged("BYE " + (code.isEmpty() ? "" : "[" + code + "] ") + text);
        return new Ended();
    }

    private State next(State state) throws IOException {
        client.readTimeout(state instanceof NotAuthenticated ? shorter(patience(state), ONE_READ) : ONE_READ);
        return switch (in.next()) {
            case Input.Whole(var octets) -> {
                var after = perform(state, octets);
                yield in.tooMuchIsComing() && !(after instanceof Ended) ? bye("TOOBIG", "that is too long") : after;
            }
            case Input.Refused(var tag, var then) -> {
                var reply = new Reply(Reply.Kind.BAD, "TOOBIG", "That is too long for a command"); // RFC 7888 §4
                var after = answer(state, tag, reply);
                yield then == Input.Then.END && !(after instanceof Ended) ? bye("TOOBIG", "that is too long") : after;
            }
            case Input.End _ -> new Ended();
        };
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private State perform(State state, byte[] octets) throws IOException {
        commands++;
        var request = CommandParser.parse(octets);
        Arrays.fill(octets, (byte) 0); // it may hold a password
        boolean condstore = enabled.condstore();
        var step = attempt(state, request);
        if (!condstore && enabled.condstore() && step.state().equals(state) && state instanceof Selected(_, var view)) {
            out.untagged("OK [HIGHESTMODSEQ " + view.modseq() + "] of all changes"); // RFC 7162 §3.1
        }
        var after = announce(step.state(), request.command());
        return step.reply().isEmpty() ? after : answer(after, request.tag(), step.reply().get());
    }

    private State answer(State state, String tag, Reply reply) throws IOException {
        boolean enough = false;
        if (isWrong(state, reply)) {
            enough = errors.out() || authentication.enough();
        } else {
            errors.forgive();
        }
        out.tagged(tag, reply);
        return enough && !(state instanceof Ended) ? bye("", "too many errors") : state;
    }

    private static boolean isWrong(State state, Reply reply) {
        return reply.kind() == Reply.Kind.BAD || reply.kind() == Reply.Kind.NO && state instanceof NotAuthenticated;
    }

    /** Before a command's reply the client learns what has happened meanwhile. */
    private State announce(State state, Command command) throws IOException {
        if (!(state instanceof Selected(_, var view))) {
            return state;
        }
        try {
            view.announce(out, shift(command), numbering(command));
            return state;
        } catch (Unavailable e) {
            LOG.debug("cannot look at a folder: {}", e.toString());
            return state;
        } catch (Gone e) {
            throw e;
        } catch (NoSuchFileException _) {
            return bye("", "the selected folder is gone");
        } catch (IOException e) {
            LOG.warn("cannot look at a folder", e);
            return state;
        } catch (Refusal e) {
            return bye("", e.status().text());
        }
    }

    /** RFC 3501 §7.4.1: numbers stay while a command that names messages by them is answered. */
    private static Shift shift(Command command) {
        return switch (command) {
            case Command.Fetch(var by, _, _, _) when by == Numbering.SEQUENCE -> Shift.FORBIDDEN;
            case Command.Store(var by, _, _, _) when by == Numbering.SEQUENCE -> Shift.FORBIDDEN;
            case Command.Search(var by, _, _) when by == Numbering.SEQUENCE -> Shift.FORBIDDEN;
            case Command.Malformed _ -> Shift.FORBIDDEN;
            default -> Shift.ALLOWED;
        };
    }

    private static Numbering numbering(Command command) {
        return switch (command) {
            case Command.Fetch fetch -> fetch.by();
            case Command.Store store -> store.by();
            case Command.Search search -> search.by();
            case Command.Copy copy -> copy.by();
            default -> Numbering.SEQUENCE;
        };
    }

    private Step attempt(State state, Request request) throws IOException {
        try {
            return dispatch(state, request);
        } catch (Rejection e) {
            return Step.to(afterFailure(state, request), e.reply());
        } catch (Refusal e) {
            return Step.to(afterFailure(state, request), Failures.reply(e));
        } catch (Gone e) {
            throw e;
        } catch (IOException e) {
            return Step.to(afterFailure(state, request), Failures.reply(e));
        } catch (RuntimeException e) {
            bug = bug.isPresent() ? bug : Optional.of(e);
            return Step.to(afterFailure(state, request), Failures.reply(e));
        }
    }

    /** RFC 3501 §6.3.1: a SELECT that fails leaves nothing selected. */
    private static State afterFailure(State state, Request request) {
        return request.command() instanceof Command.Select && state instanceof Selected(var user, _) ? new Authenticated(user) : state;
    }

    private Step dispatch(State state, Request request) throws Rejection, Refusal, IOException {
        return switch (request.command()) {
            case Command.Malformed(var reply) -> Step.to(state, reply);
            case Command.Anytime command -> anytime(state, command);
            case Command.BeforeLogin command -> state instanceof NotAuthenticated ? beforeLogin(request.tag(), command)
                    : Step.to(state, Reply.bad("you have logged in"));
            case Command.AfterLogin command -> switch (state) {
                case Authenticated(var user) -> afterLogin(request.tag(), state, user, command);
                case Selected(var user, _) -> afterLogin(request.tag(), state, user, command);
                case NotAuthenticated _, Ended _ -> Step.to(state, Reply.bad("log in first"));
            };
            case Command.WhileSelected command -> state instanceof Selected selected ? whileSelected(request.tag(), selected, command)
                    : Step.to(state, Reply.bad(state instanceof NotAuthenticated ? "log in first" : "select a folder first"));
        };
    }

    private Step anytime(State state, Command.Anytime command) throws Gone {
        return switch (command) {
            case Command.Capability _ -> {
                out.untagged("CAPABILITY " + (state instanceof NotAuthenticated ? capabilities.before() : capabilities.after()));
                yield Step.to(state, Reply.ok("that is all"));
            }
            case Command.Noop _ -> Step.to(state, Reply.ok("still here"));
            case Command.Id(var about) -> {
                LOG.debug("client account={} says it is {}", account, about);
                out.untagged("ID (\"name\" \"Posthouse\")");
                yield Step.to(state, Reply.ok("pleased to meet you"));
            }
            case Command.Logout _ -> Step.to(bye("", "until next time"), Reply.ok("bye"));
        };
    }

    private Step beforeLogin(String tag, Command.BeforeLogin command) throws Rejection, Refusal, IOException {
        return switch (command) {
            case Command.StartTls _ -> startTls(tag);
            case Command.Login login -> {
                mustTakePasswords();
                yield loggedIn(authentication.login(login));
            }
            case Command.Authenticate authenticate -> {
                mustTakePasswords();
                yield loggedIn(authentication.sasl(authenticate));
            }
        };
    }

    private void mustTakePasswords() throws Rejection {
        if (!capabilities.takesPasswords()) {
            throw new Rejection(Reply.no("PRIVACYREQUIRED", "STARTTLS first"));
        }
    }

    private Step startTls(String tag) throws Rejection, Gone {
        if (!capabilities.offersTls()) {
            throw new Rejection(client.secure() ? "TLS is on already" : "TLS is not offered here");
        }
        try {
            client.startTls(tag + " OK begin TLS\r\n");
        } catch (IOException e) {
            throw new Gone(e);
        }
        return new Step(new NotAuthenticated(), Optional.empty());
    }

    private Step loggedIn(AccountId id) throws Rejection, IOException {
        var user = new User(id, services.mailboxes().open(id));
        services.sessions().enter(id);
        account = Optional.of(id);
        in.loggedIn();
        return Step.to(new Authenticated(user), Reply.ok("CAPABILITY " + capabilities.after(), "logged in"));
    }

    private Step afterLogin(String tag, State state, User user, Command.AfterLogin command) throws Rejection, Refusal, IOException {
        var mail = user.mail();
        return switch (command) {
            case Command.Select select -> select(state, user, select);
            case Command.Idle _ -> idle(state);
            case Command.Compress(var mechanism) -> compress(tag, state, mechanism);
            case Command.Delete delete -> deleted(state, folders.delete(mail, delete), delete.folder());
            case Command.Rename rename -> renamed(state, folders.rename(mail, rename), rename);
            case Command.Enable(var wanted) -> Step.to(state, enable(wanted));
            case Command.Namespace _ -> Step.to(state, folders.namespace());
            case Command.Create create -> Step.to(state, folders.create(mail, create));
            case Command.Subscribe subscribe -> Step.to(state, folders.subscribe(mail, subscribe));
            case Command.Unsubscribe unsubscribe -> Step.to(state, folders.unsubscribe(mail, unsubscribe));
            case Command.ListFolders list -> Step.to(state, lists.list(mail, list));
            case Command.Lsub lsub -> Step.to(state, lists.lsub(mail, lsub));
            case Command.Status status -> Step.to(state, folders.status(mail, status));
            case Command.Append append -> Step.to(state, appending.append(mail, append));
        };
    }

    private Step select(State state, User user, Command.Select command) throws Rejection, Refusal, IOException {
        if (state instanceof Selected) {
            out.untagged("OK [CLOSED] the folder before is closed"); // RFC 7162 §3.2.11
        }
        var view = selects.select(user, command);
        return Step.to(new Selected(user, view), selects.reply(view));
    }

    private Step idle(State state) throws Refusal, IOException {
        var idle = new Idle(client, in, out, limits.autologout(), clock);
        var reply = idle.run(state);
        return new Step(reply.isPresent() ? state : client.ending() ? asked() : silent(), reply);
    }

    /** RFC 4978 §3. */
    private Step compress(String tag, State state, String mechanism) throws Rejection, Gone {
        if (!mechanism.equals("DEFLATE")) {
            throw new Rejection(Reply.no("CANNOT", "DEFLATE is all there is"));
        }
        if (compressed) {
            throw new Rejection(Reply.no("COMPRESSIONACTIVE", "DEFLATE is on already"));
        }
        try {
            client.compress(tag + " OK compressed from here\r\n");
        } catch (IOException e) {
            throw new Gone(e);
        }
        compressed = true;
        return new Step(state, Optional.empty());
    }

    /** RFC 5161 §3.1: what was newly enabled, of what there is. */
    private Reply enable(List<String> wanted) throws Gone {
        var now = new StringBuilder();
        if (wanted.contains("CONDSTORE") && !enabled.condstore()) {
            enabled.enableCondstore();
            now.append(" CONDSTORE");
        }
        if (wanted.contains("QRESYNC") && !enabled.qresync()) {
            enabled.enableQresync();
            now.append(" QRESYNC");
        }
        out.untagged("ENABLED" + now);
        return Reply.ok("enabled");
    }

    /** The session's own DELETE. */
    private Step deleted(State state, Reply reply, String folder) throws Gone {
        if (!(state instanceof Selected(var user, var view)) || !view.folder().equals(folder)) {
            return Step.to(state, reply);
        }
        out.untagged("OK [CLOSED] the selected folder is deleted");
        return Step.to(new Authenticated(user), reply);
    }

    /** The session's own RENAME: the selected folder goes on under its new name. INBOX stays. */
    private static Step renamed(State state, Reply reply, Command.Rename rename) {
        if (state instanceof Selected(_, var view) && !rename.folder().equals("INBOX")) {
            var name = view.folder();
            if (name.equals(rename.folder()) || name.startsWith(rename.folder() + "/")) {
                view.renamed(rename.to() + name.substring(rename.folder().length()));
            }
        }
        return Step.to(state, reply);
    }

    private Step whileSelected(String tag, Selected state, Command.WhileSelected command) throws Rejection, Refusal, IOException {
        var mail = state.user().mail();
        var view = state.view();
        return switch (command) {
            case Command.Close _ -> Step.to(new Authenticated(state.user()), messages.close(mail, view));
            case Command.Unselect _ -> Step.to(new Authenticated(state.user()), Reply.ok("unselected"));
            case Command.Check _ -> Step.to(state, Reply.ok("checked"));
            case Command.Expunge expunge -> Step.to(state, messages.expunge(mail, view, expunge));
            case Command.Store store -> Step.to(state, messages.store(mail, view, store));
            case Command.Copy copy -> Step.to(state, messages.copy(mail, view, copy));
            case Command.Move move -> Step.to(state, messages.move(mail, view, move));
            case Command.Fetch fetch -> Step.to(state, fetching.run(mail, view, fetch));
            case Command.Search search -> Step.to(state, searching.run(mail, view, search, tag));
        };
    }
}
