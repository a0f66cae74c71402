package org.posthouse.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;
import org.posthouse.net.Listener;
import org.posthouse.net.Strikes;
import org.posthouse.pipeline.Client;
import org.posthouse.pipeline.DeliverBy;
import org.posthouse.pipeline.Transaction;
import org.posthouse.smtp.LineRules.Form;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One conversation from greeting to QUIT (RFC 5321 §3, RFC 2033 §4). What becomes of a message is Intake's business. */
final class SmtpSession {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-smtp");

    /** How far the conversation is; what is valid only there lives there (RFC 5321 §4.1.4). */
    private sealed interface State {
        record Connected() implements State {}

        record Greeted(Hello hello) implements State {}

        /** @param recipients one for each RCPT that was accepted, the same one also twice; grows */
        record InMail(Hello hello, Command.Mail mail, Transaction transaction, List<Address> recipients) implements State {}

        /** Within the content of a message, between two chunks. */
        record Receiving() implements State {}
    }

    /** The client gave the message up between two chunks, with this command. */
    private static final class GivenUp extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient Command command;

        GivenUp(Command command) {
            super("the client gave the message up");
            this.command = command;
        }
    }

    private final Connection connection;
    private final Dialect dialect;
    private final SmtpSettings settings;
    private final SmtpProtocol.Services services;
    private final Listener listener;
    private final Client client;
    private final Introduction introduction;
    private final Mishaps mishaps;
    private State state = new State.Connected();
    private final Strikes errors;
    private final Strikes refused;
    private final Strikes junk;
    private final Strikes failedLogins;
    private Instant until;
    private int messages;
    private boolean over;

    SmtpSession(Connection connection, Dialect dialect, SmtpSettings settings, SmtpProtocol.Services services) {
        this.connection = connection;
        this.dialect = dialect;
        this.settings = settings;
        this.services = services;
        listener = connection.peer().listener();
        client = new Client(connection.peer());
        client.cipher(connection.cipher());
        introduction = new Introduction(client, services);
        mishaps = new Mishaps(connection, services.trace());
        var limits = settings.limits();
        errors = new Strikes(connection, limits.errors(), settings.tarpit());
        refused = new Strikes(connection, limits.refused(), settings.tarpit());
        junk = new Strikes(connection, limits.junk(), Duration.ZERO);
        failedLogins = new Strikes(connection, limits.authFailures(), settings.tarpit());
        until = services.clock().instant().plus(settings.times().session());
    }

    void run() throws IOException {
        try {
            connection.readTimeout(settings.times().command());
            greet();
            for (var command = next(); command.isPresent(); command = next()) {
                perform(command.get());
            }
        } catch (SocketTimeoutException e) {
            say(Reply.TOO_SLOW);
        } finally {
            forget();
        }
    }

    /** Who speaks before the greeting does not listen, and is no mail server (RFC 5321 §4.3.1). Users have a password to show for them. */
    private void greet() throws IOException {
        if (listener.role() == Listener.Role.MX && early()) {
            say(Reply.of(554, "", "You spoke before the greeting").andEnd());
        } else {
            say(greeting());
        }
    }

    private Reply greeting() {
        var banner = dialect == Dialect.LMTP ? settings.banner().replaceFirst("^ESMTP\\b", "LMTP") : settings.banner();
        return Reply.of(220, "", services.site().hostname() + " " + banner);
    }

    private boolean early() throws IOException {
        var delay = settings.times().greetDelay();
        return delay.isZero() ? connection.hasInput() : connection.await(delay) == Connection.Event.INPUT;
    }

    /** The next command; empty when the conversation is over. */
    private Optional<Command> next() throws IOException {
        while (!over) {
            if (connection.ending() && idle()) {
                say(Reply.ENDING);
                return Optional.empty();
            }
            var left = Duration.between(services.clock().instant(), until);
            if (!left.isPositive()) {
                say(Reply.TOO_LONG);
                return Optional.empty();
            }
            boolean last = left.compareTo(settings.times().command()) < 0;
            switch (connection.await(last ? left : settings.times().command())) {
                case INPUT -> {
                    return read();
                }
                case WOKEN -> { }
                case TIMEOUT -> say(last ? Reply.TOO_LONG : Reply.TOO_SLOW);
                case CLOSED -> over = true;
            }
        }
        return Optional.empty();
    }

    private boolean idle() {
        return state instanceof State.Connected || state instanceof State.Greeted;
    }

    private Optional<Command> read() throws IOException {
        var line = connection.readLine(listener.role() == Listener.Role.SUBMISSION
                ? CommandParser.LONGEST_AUTH_LINE : CommandParser.LONGEST_LINE);
        if (line.ending() == Line.Ending.END) {
            return Optional.empty();
        }
        var command = CommandParser.parse(line);
        LOG.debug("C: {}", command instanceof Command.Auth ? "Auth" : command);
        return Optional.of(command);
    }

    private void perform(Command command) throws IOException {
        switch (command) {
            case Command.Helo(var name) -> hello(Hello.HELO, name);
            case Command.Ehlo(var name) -> hello(Hello.EHLO, name);
            case Command.Lhlo(var name) -> hello(Hello.LHLO, name);
            case Command.StartTls() -> startTls();
            case Command.Auth auth -> authenticate(auth);
            case Command.Mail mail -> mail(mail);
            case Command.Rcpt rcpt -> rcpt(rcpt);
            case Command.Data() -> data();
            case Command.Bdat chunk -> chunk(chunk);
            case Command.Rset() -> {
                forget();
                answer(Reply.OK);
            }
            case Command.Noop() -> answer(Reply.OK);
            case Command.Vrfy(var whom) -> told(inquiry().verify(whom));
            case Command.Expn(var whom) -> told(inquiry().expand(whom));
            case Command.Xclient _, Command.Xforward _ -> introduced(command);
            case Command.Help() -> answer(Reply.of(214, "2.0.0", (dialect == Dialect.LMTP ? "LHLO" : "EHLO HELO")
                    + " MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS AUTH QUIT", dialect == Dialect.LMTP ? "See RFC 2033" : "See RFC 5321"));
            case Command.Quit() -> say(Reply.BYE);
            case Command.Malformed(var reply) -> complain(reply);
        }
    }

    private Extensions extensions() {
        return new Extensions(connection, client, dialect, settings, services);
    }

    private Inquiry inquiry() {
        return new Inquiry(settings.inquiries() == SmtpSettings.Inquiries.USERS && client.account().isPresent(), services);
    }

    /** What users ask counts as little as NOOP; who guesses is stopped as at RCPT. */
    private void told(Reply reply) throws IOException {
        if (reply.code() == 502) {
            complain(reply);
        } else if (reply.code() == 550) {
            say(refused.out() ? Reply.TOO_MANY_ERRORS : reply);
        } else {
            answer(reply);
        }
    }

    private void introduced(Command command) throws IOException {
        if (!extensions().introductions() || !idle()) {
            complain(extensions().introductions() ? Reply.of(503, "5.5.1", "Not within a message") : Reply.of(550, "5.7.1", "Not from here"));
            return;
        }
        var reply = introduction.take(command, greeting());
        if (reply.code() == 220) {
            state = new State.Connected();
        }
        if (reply.code() == 501) {
            complain(reply);
        } else {
            answer(reply);
        }
    }

    /** RFC 5321 §4.1.1.1; a transaction under way is forgotten (§4.1.4). The name is taken as it is, whatever DNS says. */
    private void hello(Hello hello, String name) throws IOException {
        forget();
        if ((hello == Hello.LHLO) != (dialect == Dialect.LMTP)) { // RFC 2033 §4.1
            complain(500, "5.5.1", dialect == Dialect.LMTP ? "This is LMTP: say LHLO" : "Command not known");
            return;
        }
        state = new State.Greeted(hello);
        client.hello(introduction.hello(name));
        var host = services.site().hostname();
        answer(hello == Hello.HELO ? Reply.of(250, "", host) : new Reply(250, "", extensions().announced(host), false));
    }

    /** RFC 3207 §4.2: what was said before, by the client or by anybody between us, is forgotten. */
    private void startTls() throws IOException {
        if (connection.secure() || state instanceof State.Receiving) {
            complain(503, "5.5.1", connection.secure() ? "TLS is on already" : "Not within a message");
            return;
        }
        if (!extensions().startTls()) {
            complain(502, "5.5.1", "TLS is not offered here");
            return;
        }
        forget();
        state = new State.Connected();
        connection.startTls(Reply.of(220, "2.0.0", "Go ahead").text());
        client.hello("");
        client.cipher(connection.cipher());
    }

    private void authenticate(Command.Auth auth) throws IOException {
        if (listener.role() != Listener.Role.SUBMISSION) {
            complain(502, "5.5.1", "AUTH is not offered here");
        } else if (!extensions().auth()) {
            complain(538, "5.7.11", "Passwords only after STARTTLS"); // RFC 4954 §6
        } else if (client.account().isPresent() || !(state instanceof State.Greeted(var hello) && hello != Hello.HELO)) {
            complain(503, "5.5.1", "AUTH comes once, after EHLO and before MAIL"); // RFC 4954 §4
        } else {
            var exchange = new Authentication(connection, services.accounts());
            var reply = exchange.exchange(auth);
            exchange.account().ifPresent(client::account);
            switch (reply.code()) {
                case 235 -> say(reply);
                case 454, 535 -> say(failedLogins.out() ? Reply.TOO_MANY_ERRORS : reply); // RFC 4954 §6
                default -> complain(reply);
            }
        }
    }

    private void mail(Command.Mail mail) throws IOException {
        if (!(state instanceof State.Greeted(var hello))) {
            complain(503, "5.5.1", state instanceof State.Connected ? "Say EHLO first" : "One message after the other");
            return;
        }
        var objection = extensions().objection(hello, mail);
        if (objection.isPresent()) {
            complain(objection.get());
            return;
        }
        if (settings.limits().messages() > 0 && messages >= settings.limits().messages()) {
            say(Reply.of(421, "4.7.0", "Enough messages for one session").andEnd());
            return;
        }
        client.protocol(extensions().protocolName(hello, mail));
        var reply = begun(hello, mail);
        if (state instanceof State.InMail) {
            say(reply);
        } else {
            answer(reply);
        }
    }

    private Reply begun(Hello hello, Command.Mail mail) {
        try {
            var transaction = services.intake().begin(client);
            state = new State.InMail(hello, mail, transaction, new ArrayList<>());
            transaction.from(DeliverBy.kept(mail.sender(), services.clock().instant()));
            messages++;
            return Reply.of(250, "2.1.0", "Sender ok");
        } catch (Refusal refusal) {
            forget();
            return Reply.of(refusal.status());
        } catch (IOException e) {
            forget();
            return mishaps.failed(e);
        }
    }

    private void rcpt(Command.Rcpt rcpt) throws IOException {
        if (!(state instanceof State.InMail mail)) {
            complain(503, "5.5.1", "Say MAIL first");
        } else if (mail.recipients().size() >= settings.limits().recipients()) {
            say(Reply.of(452, "4.5.3", "Too many recipients")); // RFC 5321 §4.5.3.1.10
        } else if (mail.hello() == Hello.HELO && !rcpt.recipient().parameters().isEmpty()) {
            complain(Extensions.NOT_OFFERED);
        } else if (rcpt.address().isInternational() && !mail.mail().international()) {
            complain(Extensions.NOT_INTERNATIONAL);
        } else {
            say(added(mail, rcpt));
        }
    }

    private Reply added(State.InMail mail, Command.Rcpt rcpt) throws IOException {
        try {
            mail.transaction().to(rcpt.recipient());
            mail.recipients().add(rcpt.address());
            return Reply.of(250, "2.1.5", "Recipient ok");
        } catch (Refusal refusal) {
            return refused.out() ? Reply.TOO_MANY_ERRORS : Reply.of(refusal.status());
        } catch (IOException e) {
            return mishaps.failed(e);
        }
    }

    private void data() throws IOException {
        var objection = objectionToContent();
        if (objection.isPresent()) {
            complain(objection.get());
        } else if (state instanceof State.InMail mail && mail.mail().binary()) {
            complain(503, "5.5.1", "A binary message comes by BDAT"); // RFC 3030 §3
        } else if (state instanceof State.InMail mail) {
            connection.write("354 End with a dot alone on a line\r\n");
            receive(mail, lines(new DotReader(connection), UnixLines.Dots.DOUBLED));
        }
    }

    private Optional<Reply> objectionToContent() {
        if (!(state instanceof State.InMail mail)) {
            return Optional.of(Reply.of(503, "5.5.1", state instanceof State.Receiving ? "The message goes on with BDAT" : "Say MAIL first"));
        }
        // RFC 5321 §3.3, RFC 2033 §4.2
        return mail.recipients().isEmpty() ? Optional.of(Reply.of(dialect == Dialect.LMTP ? 503 : 554, "5.5.1", "No valid recipients"))
                : Optional.empty();
    }

    /** RFC 3030 §2: the octets of a chunk come in any case, whatever is thought of it. */
    private void chunk(Command.Bdat chunk) throws IOException {
        var chunks = new ChunkReader(connection, chunk, this::nextChunk);
        var objection = objectionToContent();
        if (objection.isPresent()) {
            boolean dropped = new MessageStream(chunks, settings, Form.LINES, services.clock()).drain();
            complain(dropped ? objection.get() : objection.get().andEnd());
        } else if (state instanceof State.InMail mail) {
            try {
                receive(mail, mail.mail().binary() ? chunks : lines(chunks, UnixLines.Dots.AS_THEY_ARE));
            } catch (GivenUp e) {
                perform(e.command);
            }
        }
    }

    /** Commands between two chunks are answered as ever; those that end a transaction end it (RFC 3030 §2). */
    private Command.Bdat nextChunk(Command.Bdat done) throws IOException {
        var received = Reply.of(250, "2.0.0", done.octets() + " octets received");
        if (done.octets() == 0) {
            answer(received);
        } else {
            say(received);
        }
        while (true) {
            switch (next().orElseThrow(() -> new EOFException("the client left between two chunks"))) {
                case Command.Bdat chunk -> {
                    return chunk;
                }
                case Command.Rset rset -> throw new GivenUp(rset);
                case Command.Helo helo -> throw new GivenUp(helo);
                case Command.Ehlo ehlo -> throw new GivenUp(ehlo);
                case Command.Lhlo lhlo -> throw new GivenUp(lhlo);
                case Command.Quit quit -> throw new GivenUp(quit);
                case Command other -> perform(other);
            }
        }
    }

    private Framing lines(Framing framing, UnixLines.Dots dots) {
        return switch (settings.bareLineFeeds()) {
            case ACCEPT -> new UnixLines(framing, dots);
            case REFUSE -> framing;
        };
    }

    private void receive(State.InMail mail, Framing framing) throws IOException {
        state = new State.Receiving();
        connection.readTimeout(settings.times().data());
        try {
            var content = new MessageStream(framing, settings, mail.mail().binary() ? Form.BINARY : Form.LINES, services.clock());
            var replies = taken(mail, content);
            boolean atNextCommand = content.drain();
            for (var reply : replies.subList(0, replies.size() - 1)) {
                say(reply);
            }
            say(atNextCommand ? replies.getLast() : replies.getLast().andEnd());
        } finally {
            state = new State.Greeted(mail.hello());
            connection.readTimeout(settings.times().command());
        }
    }

    private List<Reply> taken(State.InMail mail, MessageStream content) throws IOException {
        var telling = Telling.to(dialect, mail.mail(), mail.recipients().size());
        try (var transaction = mail.transaction()) {
            var receipt = transaction.data(content);
            if (!content.whole()) {
                throw new IOException("a message was taken that was not whole");
            }
            if (receipt.each().values().stream().anyMatch(Status::success)) {
                earned();
            }
            return telling.replies(receipt, mail.recipients());
        } catch (Refusal refusal) {
            return telling.replies(Reply.of(refusal.status()), mail.recipients());
        } catch (IOException e) {
            if (content.broken().isPresent()) {
                throw content.broken().get();
            }
            return telling.replies(content.fault().map(why -> mishaps.broken(mail.transaction().id(), why)).orElseGet(() -> mishaps.failed(e)), mail.recipients());
        }
    }

    /** A message was accepted. */
    private void earned() {
        errors.forgive();
        refused.forgive();
        junk.forgive();
        until = services.clock().instant().plus(settings.times().session());
    }

    private void forget() {
        if (state instanceof State.InMail mail) {
            mail.transaction().close();
            state = new State.Greeted(mail.hello());
        }
    }

    private void complain(int code, String enhanced, String text) throws IOException {
        complain(Reply.of(code, enhanced, text));
    }

    private void complain(Reply reply) throws IOException {
        boolean enough = errors.out();
        say(enough && !reply.ends() ? Reply.TOO_MANY_ERRORS : reply);
    }

    /** To a command that brings no mail on. */
    private void answer(Reply reply) throws IOException {
        say(junk.out() ? Reply.TOO_MUCH_JUNK : reply);
    }

    private void say(Reply reply) throws IOException {
        connection.write(reply.text());
        LOG.debug("S: {} {}", reply.code(), reply.lines());
        if (reply.ends()) {
            over = true;
            connection.flush();
            services.trace().event(client.peer().session().text(), "goodbye", "reply", reply.text().strip());
        }
    }
}
