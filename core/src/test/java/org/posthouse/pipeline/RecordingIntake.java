package org.posthouse.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Address;
import org.posthouse.message.MessageId;
import org.posthouse.message.Refusal;
import org.posthouse.message.SessionId;
import org.posthouse.message.Status;

/**
 * An intake that keeps messages in memory and refuses or fails where it was told to. An address is as between angle
 * brackets; the null sender is the empty string.
 */
public final class RecordingIntake implements Intake {
    /** Where an intake can fail. */
    public enum At { BEGIN, FROM, TO, DATA }

    /** A message that was taken, with its client as it was then. */
    public record Message(MessageId id, Sender from, List<Recipient> to, byte[] octets, String hello, String protocol,
            String cipher, Optional<AccountId> account, String remote) {
        public String text() {
            return new String(octets, StandardCharsets.ISO_8859_1);
        }
    }

    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final Map<String, Status> refusedSenders = new ConcurrentHashMap<>();
    private final Map<String, Status> refusedRecipients = new ConcurrentHashMap<>();
    private final Map<String, Status> verdicts = new ConcurrentHashMap<>();
    private final Map<At, IOException> failures = new ConcurrentHashMap<>();
    private final Map<String, List<Address>> members = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger own = new AtomicInteger();
    private volatile Optional<Status> refusedContent = Optional.empty();
    private volatile int readFirst;

    /** The messages of which at least one recipient was not refused. */
    public List<Message> messages() {
        return List.copyOf(messages);
    }

    /** Transactions begun and not closed. */
    public int open() {
        return open.get();
    }

    public void refuseSender(String address, Status why) {
        refusedSenders.put(address, why);
    }

    public void refuseRecipient(String address, Status why) {
        refusedRecipients.put(address, why);
    }

    /** Refuses every message after reading so many octets of it. */
    public void refuseContent(int afterOctets, Status why) {
        readFirst = afterOctets;
        refusedContent = Optional.of(why);
    }

    /** What the receipt says of this recipient; {@link Status#OK} otherwise. */
    public void judge(String address, Status verdict) {
        verdicts.put(address, verdict);
    }

    /** At DATA, after reading as much as for {@link #refuseContent}. */
    public void fail(At where, IOException how) {
        failures.put(where, how);
    }

    @Override
    public Transaction begin(Client client) throws IOException {
        failIfTold(At.BEGIN);
        open.incrementAndGet();
        return new Recording(client, new MessageId(client.peer().session(), client.nextMessage()));
    }

    @Override
    public Transaction beginOwn(String writer) throws IOException {
        return begin(new Here(writer).client(new SessionId(writer + own.incrementAndGet())));
    }

    /** {@link #members} names this one for that address; addresses that end in {@code here.example} and have none are unknown. */
    public void member(String member, String of) {
        members.computeIfAbsent(of, _ -> new CopyOnWriteArrayList<>()).add(Address.parse(member).orElseThrow());
    }

    @Override
    public List<Address> members(Address address) throws Refusal {
        if (!members.containsKey(address.toString()) && address.domain().equals("here.example")) {
            throw new Refusal("5.1.1", "no such user");
        }
        return members.getOrDefault(address.toString(), List.of());
    }

    private void failIfTold(At where) throws IOException {
        if (failures.containsKey(where)) {
            throw failures.get(where);
        }
    }

    private final class Recording implements Transaction {
        private final Client client;
        private final MessageId id;
        private final Set<Recipient> recipients = new LinkedHashSet<>();
        private Sender from;
        private boolean closed;

        Recording(Client client, MessageId id) {
            this.client = client;
            this.id = id;
        }

        @Override
        public MessageId id() {
            return id;
        }

        @Override
        public void from(Sender sender) throws Refusal, IOException {
            failIfTold(At.FROM);
            refuseIfTold(refusedSenders, sender.toString());
            from = sender;
        }

        @Override
        public void to(Recipient recipient) throws Refusal, IOException {
            failIfTold(At.TO);
            refuseIfTold(refusedRecipients, recipient.toString());
            recipients.add(recipient);
        }

        private void refuseIfTold(Map<String, Status> refused, String address) throws Refusal {
            if (refused.containsKey(address)) {
                throw new Refusal(refused.get(address));
            }
        }

        @Override
        public Receipt data(InputStream in) throws Refusal, IOException {
            if (refusedContent.isPresent() || failures.containsKey(At.DATA)) {
                in.readNBytes(readFirst);
                failIfTold(At.DATA);
                throw new Refusal(refusedContent.orElseThrow());
            }
            byte[] octets = in.readAllBytes();
            var each = recipients.stream().collect(Collectors.toMap(r -> r, r -> verdicts.getOrDefault(r.toString(), Status.OK)));
            if (each.values().stream().anyMatch(Status::success)) {
                messages.add(new Message(id, from, List.copyOf(recipients), octets, client.hello(), client.protocol(),
                        client.cipher(), client.account(), client.peer().address().getHostAddress()));
            }
            return new Receipt(id, each);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
        }
    }
}
