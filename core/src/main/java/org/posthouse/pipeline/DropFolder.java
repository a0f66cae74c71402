package org.posthouse.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.disk.Disk;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.MessageId;
import org.posthouse.message.Refusal;
import org.posthouse.message.SessionId;
import org.posthouse.message.Status;
import org.posthouse.message.StoredContent;
import org.posthouse.net.SessionIds;
import org.posthouse.net.Site;
import org.posthouse.queue.Courier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what {@code posthouse sendmail} left in {@code var/drop}, whether a server ran or not ({@link DroppedMail}). A file's name is
 * the session id of its message, so that one that is taken again after a crash is delivered under the same ids.
 *
 * <pre>
 * ID.new   being written; after a crash nobody's, and removed after a day
 * ID       complete and synced; taken in, and removed then
 * </pre>
 *
 * What is refused for good goes back to its sender; what is refused for now stays, and is tried again after a minute, for five days.
 * What is no message, or has a sender that is no address, stays and is logged.
 */
public final class DropFolder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FilteredIntake.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration EXPIRES = Duration.ofDays(5);
    private static final Duration HALF_WRITTEN = Duration.ofDays(1);
    private static final Status NO_ADDRESS = new Status("5.1.3", "that is no address");
    private static final Status LATER = new Status("4.3.0", "not available now");
    private static final int LONGEST_ENCODED = 11; // characters, whose octets in base64 fit into the 75 of an encoded word
    private static final String ID = "[0-9a-z]{10,30}";

    private final Intake intake;
    private final Courier courier;
    private final Disk disk;
    private final Site site;
    private final Clock clock;
    private final Here here = new Here("sendmail");
    private final SessionIds ids = new SessionIds();
    private final Map<String, Instant> resting = new HashMap<>();
    private final Thread thread = Thread.ofVirtual().name("drop folder").unstarted(this::run);

    public DropFolder(Intake intake, Courier courier, Disk disk, Site site, Clock clock) {
        this.intake = intake;
        this.courier = courier;
        this.disk = disk;
        this.site = site;
        this.clock = clock;
    }

    public void start() {
        thread.start();
    }

    /** A message in hand is finished, or stays where it is. */
    @Override public void close() throws InterruptedException {
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join(LOOK.multipliedBy(4));
        }
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                return; // shutting down
            } catch (IOException | RuntimeException e) { // the boundary of one look
                log.warn("drop folder", e);
                resting.clear();
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes in what is there now. */
    void look() throws IOException {
        var folder = disk.var("drop");
        var names = new ArrayList<String>();
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder)) {
                files.forEach(file -> names.add(file.getFileName().toString()));
            }
        }
        names.sort(null);
        for (var name : names) {
            if (name.endsWith(".new")) {
                removeIfLeft(folder.resolve(name));
            } else if (name.matches(ID) && !clock.instant().isBefore(resting.getOrDefault(name, Instant.MIN))) {
                take(folder.resolve(name));
            }
        }
        resting.keySet().retainAll(names);
    }

    private void removeIfLeft(Path file) throws IOException {
        try {
            if (age(file).compareTo(HALF_WRITTEN) > 0) {
                disk.delete(file);
            }
        } catch (NoSuchFileException e) {
            log.debug("drop file={} has its name now", file.getFileName());
        }
    }

    private Duration age(Path file) throws IOException {
        return Duration.between(Files.getLastModifiedTime(file).toInstant(), clock.instant());
    }

    /** Why it is not a message, or not now, is logged; it stays. */
    private void take(Path file) throws IOException {
        var name = file.getFileName().toString();
        try {
            var mail = DroppedMail.read(file);
            var later = taken(name, mail, file);
            if (later.isEmpty()) {
                disk.delete(file);
                disk.syncFolder(file.getParent());
            } else if (later.size() < mail.to().size()) {
                rest(mail.only(later), file);
            } else {
                resting.put(name, clock.instant().plus(AGAIN));
            }
        } catch (NoSuchFileException e) {
            log.debug("drop id={} was removed", name);
        } catch (IOException e) {
            log.warn("drop id={} cause=\"{}\"", name, e.toString());
            resting.put(name, clock.instant().plus(AGAIN));
        } catch (RuntimeException e) { // the boundary of one message: the others do not wait for it
            log.error("drop id={}", name, e);
            resting.put(name, clock.instant().plus(AGAIN));
        }
    }

    /** Who is served must not be served again: the others get a file of their own, under another id. */
    private void rest(DroppedMail mail, Path file) throws IOException {
        var next = file.resolveSibling(ids.next().text());
        var beside = file.resolveSibling(next.getFileName() + ".new");
        disk.delete(beside);
        try (var out = disk.create(beside); var in = Files.newInputStream(file)) {
            out.write(ByteBuffer.wrap(mail.envelope()));
            in.skipNBytes(mail.begins());
            var block = new byte[65_536];
            for (int count = in.read(block); count > 0; count = in.read(block)) {
                out.write(ByteBuffer.wrap(block, 0, count));
            }
            out.sync();
        }
        Files.setLastModifiedTime(beside, Files.getLastModifiedTime(file));
        disk.rename(beside, next);
        disk.delete(file);
        disk.syncFolder(file.getParent());
        resting.put(next.getFileName().toString(), clock.instant().plus(AGAIN));
    }

    /** Who is still to be served. */
    private List<String> taken(String name, DroppedMail mail, Path file) throws IOException {
        var client = here.client(new SessionId(name));
        var sender = new Sender(sender(mail), parameters("RET", mail.ret(), "ENVID", mail.envelopeId()));
        var content = content(name, mail, file, sender.address());
        var became = new LinkedHashMap<String, Status>();
        var recipients = new HashMap<String, Recipient>();
        MessageId id;
        try (var transaction = intake.begin(client)) {
            id = transaction.id();
            transaction.from(sender);
            for (var to : mail.to()) {
                became.put(to, accepted(transaction, to, mail, recipients));
            }
            if (became.containsValue(Status.OK)) {
                became.putAll(settled(transaction, content, became, recipients));
            }
        } catch (Refusal refusal) {
            id = new MessageId(client.peer().session(), 1);
            mail.to().forEach(to -> became.put(to, refusal.status()));
        }
        return left(new Taken(id, sender, content), became, recipients, age(file).compareTo(EXPIRES) > 0);
    }

    /** The null sender is written as nothing; what is no address is not taken for it, since nobody would be told of anything then. */
    private Address sender(DroppedMail mail) throws IOException {
        return mail.from().isEmpty() ? Address.NULL : address(mail.from()).orElseThrow(() -> new IOException("its sender '" + mail.from()
                + "' is no address; mend the line that begins with from in the file, or remove it"));
    }

    private record Taken(MessageId id, Sender from, Content content) {}

    private Status accepted(Transaction transaction, String to, DroppedMail mail, Map<String, Recipient> recipients) {
        var address = address(to);
        var recipient = new Recipient(address.orElse(new Address("?", site.firstDomain())), parameters("NOTIFY", mail.events(), "", Optional.empty()));
        recipients.put(to, recipient);
        if (address.isEmpty()) {
            return NO_ADDRESS;
        }
        try {
            transaction.to(recipient);
            return Status.OK;
        } catch (Refusal refusal) {
            return refusal.status();
        } catch (IOException e) {
            log.info("drop id={} to=<{}> waits cause=\"{}\"", transaction.id(), to, e.toString());
            return LATER;
        }
    }

    private static Map<String, Status> settled(Transaction transaction, Content content, Map<String, Status> became, Map<String, Recipient> recipients)
            throws IOException {
        var settled = new HashMap<String, Status>();
        try (var in = content.open()) {
            var each = new HashMap<Address, Status>();
            transaction.data(in).each().forEach((to, status) -> each.put(to.address(), status));
            became.forEach((to, status) -> settled.put(to, status.success() ? each.getOrDefault(recipients.get(to).address(), LATER) : status));
        } catch (Refusal refusal) {
            became.forEach((to, status) -> settled.put(to, status.success() ? refusal.status() : status));
        }
        return settled;
    }

    /** Who is refused for good is told of; where that is not possible now, it is tried again with those who wait. */
    private List<String> left(Taken taken, Map<String, Status> became, Map<String, Recipient> recipients, boolean expired) {
        var refused = new LinkedHashMap<Recipient, Status>();
        var lost = new ArrayList<String>();
        var later = new ArrayList<String>();
        became.forEach((to, status) -> {
            if (status.permanent() || status.temporary() && expired) {
                refused.put(recipients.getOrDefault(to, new Recipient(address(to).orElse(Address.NULL))), status);
                lost.add(to);
            } else if (status.temporary()) {
                later.add(to);
            }
        });
        if (!refused.isEmpty() && !courier.undeliverable(taken.id, taken.from, refused, taken.content)) {
            later.addAll(lost);
        }
        return later;
    }

    /** With the fields that its program left out (RFC 6409 §8), and From where it has none. */
    private Content content(String name, DroppedMail mail, Path file, Address from) throws IOException {
        long size = Files.size(file) - mail.begins();
        var content = new StoredContent(new StoredContent.Octets() {
            @Override public long size() {
                return size;
            }

            @Override public InputStream open() throws IOException {
                var in = Files.newInputStream(file);
                in.skipNBytes(mail.begins());
                return in;
            }
        });
        var first = new StringBuilder();
        var headers = content.headers();
        if (headers.first("From").isEmpty()) {
            var author = from.isNull() ? "MAILER-DAEMON@" + site.hostname() : from.toString();
            first.append("From: ").append(mail.name().isEmpty() ? author : phrase(mail.name()) + " <" + author + ">").append("\r\n");
        }
        if (headers.first("Date").isEmpty()) {
            first.append("Date: ").append(ReceivedLine.DATE.format(ZonedDateTime.now(clock))).append("\r\n");
        }
        if (headers.first("Message-ID").isEmpty()) {
            first.append("Message-ID: <").append(name).append('@').append(site.hostname()).append(">\r\n");
        }
        return first.isEmpty() ? content : content.withFirst(first.toString());
    }

    /** A display name (RFC 5322 §3.4, RFC 2047 §2). */
    private static String phrase(String name) {
        if (name.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
        var cut = name.substring(0, Math.min(name.length(), LONGEST_ENCODED));
        return "=?utf-8?B?" + Base64.getEncoder().encodeToString(cut.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    private static Map<String, String> parameters(String one, Optional<String> first, String two, Optional<String> second) {
        var parameters = new HashMap<String, String>();
        first.ifPresent(value -> parameters.put(one, value));
        second.ifPresent(value -> parameters.put(two, value));
        return parameters;
    }

    /** A name without a domain is one of ours. */
    private Optional<Address> address(String text) {
        return text.isEmpty() ? Optional.empty() : Address.parse(text.contains("@") ? text : text + "@" + site.firstDomain());
    }
}
