package org.posthouse.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.MessageId;
import org.posthouse.message.Recoded;
import org.posthouse.message.Refusal;
import org.posthouse.message.Spooled;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Fates.Telling;
import org.posthouse.pipeline.Question.Asking;
import org.posthouse.pipeline.Verdict.Disposition;
import org.posthouse.queue.Copy;
import org.posthouse.queue.Way;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message on its way in. At RCPT the address rules speak first because they are cheap, then the filters about connection,
 * hello, sender and recipient; what these say beside a refusal is kept for the message. After the content: the filters again,
 * the decision, the seal, delivery.
 */
final class Incoming implements Transaction {
    private static final Logger log = LoggerFactory.getLogger(FilteredIntake.class);

    private static final String BODY = "BODY";
    private static final Set<String> HOSTS = Set.of("smtp", "lmtp");

    private record Accepted(Recipient to, List<Way> where) {}

    private final Client client;
    private final Rooms rooms;
    private final Gate gate;
    private final Screening screening;
    private final Submission submission;
    private final FilteredIntake.Settings settings;
    private final Ledger ledger;
    private final MessageId id;
    private final Map<Address, Accepted> accepted = new LinkedHashMap<>();
    private final Standing atSender = new Standing();
    private final List<Finding> found = new ArrayList<>();
    private Sender from = new Sender(Address.NULL);
    private Ruling onRecipients = Ruling.NONE;

    Incoming(Client client, Rooms rooms, Screening screening, FilteredIntake.Settings settings) {
        this.client = client;
        this.rooms = rooms;
        this.gate = new Gate(rooms.routes(), rooms.courier());
        this.screening = screening;
        this.submission = new Submission(client, rooms, settings.submission());
        this.settings = settings;
        this.ledger = new Ledger(rooms.trace(), rooms.metrics());
        this.id = new MessageId(client.peer().session(), client.nextMessage());
    }

    @Override
    public MessageId id() {
        return id;
    }

    @Override
    public void from(Sender sender) throws Refusal, IOException {
        from = sender;
        ledger.mail(id, sender);
        try {
            submission.from(sender.address());
            from = rooms.routes().canonical(sender);
        } catch (Refusal e) {
            throw ledger.refused(id, from, e);
        }
    }

    @Override
    public void to(Recipient to) throws Refusal, IOException {
        if (accepted.containsKey(to.address())) {
            return;
        }
        try {
            var where = gate.admit(client, from, to);
            submission.recipient();
            screen(to);
            accepted.put(to.address(), new Accepted(to, where));
        } catch (Refusal e) {
            throw ledger.refused(id, from, to, e);
        }
        ledger.recipient(id, to);
    }

    /** Connection, hello and sender are asked about when the first recipient needs it, and once. */
    private void screen(Recipient to) throws Refusal, IOException {
        var session = client.peer().session().text();
        stand(client.atConnect(), to, new Question("connect", session, client, f -> f.onConnect(client)));
        stand(client.atHello(), to, new Question("hello", session, client, f -> f.onHello(client)));
        stand(atSender, to, new Question("sender", id.text(), client, f -> f.onSender(client, from.address())));
        var own = screening.ask(new Question("recipient", id.text(), client, f -> f.onRecipient(client, from.address(), to)));
        if (own.disposition(to) instanceof Disposition.Refuse(var status)) {
            client.forget(own.findings());
            throw new Refusal(status);
        }
        found.addAll(own.findings());
        onRecipients = onRecipients.and(own.only(to));
    }

    /** Asks unless it is known. What is refused only because a filter failed is asked again next time. */
    private void stand(Standing standing, Recipient to, Question question) throws Refusal, IOException {
        var ruling = standing.isKnown() ? standing.ruling() : screening.ask(question);
        boolean refused = ruling.disposition(to) instanceof Disposition.Refuse;
        if (!refused || ruling.settled()) {
            standing.keep(ruling);
        } else {
            client.forget(ruling.findings());
        }
        if (ruling.disposition(to) instanceof Disposition.Refuse(var status)) {
            throw new Refusal(status);
        }
    }

    @Override
    public Receipt data(InputStream in) throws Refusal, IOException {
        if (accepted.isEmpty()) {
            throw new Refusal("5.5.1", "no valid recipients");
        }
        try {
            return take(in);
        } catch (Refusal e) {
            throw ledger.refused(id, from, e);
        }
    }

    private Receipt take(InputStream in) throws Refusal, IOException {
        long start = System.nanoTime();
        var spooled = rooms.spool().take(in, settings.maxMessageOctets());
        try {
            Hops.check(spooled);
            return isBinary() && staysHere() ? inLines(spooled, start) : settled(spooled, start);
        } finally {
            release(spooled);
        }
    }

    private Receipt settled(Spooled spooled, long start) throws IOException {
        var receipt = settle(spooled);
        ledger.concluded(receipt, from, spooled.size(), Duration.ofNanos(System.nanoTime() - start));
        return receipt;
    }

    private boolean isBinary() {
        return from.parameters().getOrDefault(BODY, "").equalsIgnoreCase("BINARYMIME");
    }

    /** Whether anybody gets it who is no host that can be asked what it takes. */
    private boolean staysHere() {
        return accepted.values().stream().flatMap(one -> one.where.stream()).anyMatch(way -> !HOSTS.contains(way.to().transport()));
    }

    /** RFC 3030 §3: mailboxes are read by lines. */
    private Receipt inLines(Spooled binary, long start) throws Refusal, IOException {
        var recoded = Recoded.of(binary, Recoded.Into.LINES).orElseThrow(() -> new Refusal("5.6.1", "this binary message cannot be converted"));
        var parameters = new HashMap<>(from.parameters());
        parameters.put(BODY, "8BITMIME");
        from = new Sender(from.address(), parameters);
        var lines = rooms.spool().take(recoded::write, 2 * settings.maxMessageOctets());
        try {
            return settled(lines, start);
        } finally {
            release(lines);
        }
    }

    private Receipt settle(Spooled spooled) throws IOException {
        var envelope = new Envelope(id, from, accepted.values().stream().map(Accepted::to).toList());
        var content = spooled.withFirst(submission.firstLines(envelope, spooled, ZonedDateTime.now(rooms.clock())));
        var message = screening.ask(new Question("message", id.text(), client, f -> f.onMessage(client, envelope, content)));
        found.addAll(message.findings());
        var ruling = client.atConnect().ruling().and(client.atHello().ruling()).and(atSender.ruling())
                .and(onRecipients).and(message);
        var fates = fates(ruling, envelope);
        if (fates.allRefused()) {
            return deliver(fates, ruling, content);
        }
        var sealed = screening.seal(client, envelope, inFront(ruling.commonLines(), content));
        found.addAll(sealed.ruling().findings());
        var all = ruling.and(sealed.ruling());
        return deliver(fates(all, envelope), all, sealed.content());
    }

    private Fates fates(Ruling ruling, Envelope envelope) {
        return Fates.of(ruling, settings.thresholds(), envelope.to(), Telling.to(client, from));
    }

    private Receipt deliver(Fates fates, Ruling ruling, Content content) throws IOException {
        var each = new LinkedHashMap<Recipient, Status>();
        var copies = new ArrayList<Copy>();
        var contents = new HashMap<String, Content>();
        for (var one : accepted.values()) {
            var refusal = fates.refusal(one.to);
            if (refusal.isPresent()) {
                each.put(one.to, refusal.get());
                continue;
            }
            var own = contents.computeIfAbsent(ruling.linesFor(one.to), lines -> inFront(lines, content));
            copies.add(new Copy(one.to, filed(ruling, one), own, quarantine(fates, one)));
        }
        if (!copies.isEmpty()) {
            each.putAll(rooms.courier().deliver(id, from, turn(), copies));
        }
        return new Receipt(id, fates.told(each));
    }

    /**
     * Who sends, where senders take turns: not by the address, of which one sender may have another for each message (VERP), but
     * the account; else the domain; and who uses a domain of ours without an account is known by where it comes from.
     */
    private String turn() {
        var domain = from.address().domain();
        if (client.account().isPresent() || domain.isEmpty()) {
            return client.account().map(AccountId::name).orElse("");
        }
        return rooms.site().domains().contains(domain) ? client.peer().address().getHostAddress() : domain.toLowerCase(Locale.ROOT);
    }

    /** Mail on its way out has no folder. */
    private static List<Way> filed(Ruling ruling, Accepted one) {
        return ruling.folder(one.to).map(folder -> one.where.stream().map(way -> way.inFolder(folder)).toList()).orElse(one.where);
    }

    /** Why it is held until somebody releases it. */
    private Optional<String> quarantine(Fates fates, Accepted one) {
        if (!fates.quarantines(one.to)) {
            return Optional.empty();
        }
        var why = fates.each().get(one.to);
        ledger.quarantined(id, one.to, why);
        return Optional.of(Screening.words(why));
    }

    private static Content inFront(String lines, Content content) {
        return lines.isEmpty() ? content : content.withFirst(lines);
    }

    /** What has been delivered stays delivered, whatever becomes of our own copy. */
    private void release(Spooled spooled) {
        try {
            spooled.close();
        } catch (IOException e) {
            log.warn("spool id={} left=\"{}\"", id, e.toString());
        }
    }

    @Override
    public void close() {
        client.forget(found);
        client.forget(atSender.ruling().findings());
        atSender.keep(Ruling.NONE);
        accepted.clear();
        found.clear();
    }
}
