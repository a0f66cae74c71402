package org.posthouse.pipeline;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.auth.Directories;
import org.posthouse.auth.Directory;
import org.posthouse.auth.MemoryDirectory;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Spool;
import org.posthouse.message.Status;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Listener;
import org.posthouse.net.TestPeers;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.Courier;
import org.posthouse.queue.Delivery;
import org.posthouse.queue.MemoryQueue;
import org.posthouse.queue.Queue;
import org.posthouse.queue.RecordingDelivery;
import org.posthouse.queue.Routes;
import org.posthouse.state.MemoryStates;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

/** An intake with rooms in memory behind it: ann and bob at example.test, one local delivery, no filters, a queue if wanted. For tests. */
final class House {
    static final Recipient ANN = recipient("ann@example.test");
    static final Recipient BOB = recipient("bob@example.test");
    static final String LETTER = "Subject: x\r\n\r\nhello\r\n";
    private static final long IN_MEMORY_OCTETS = 1_000;

    final Plugins<Filter> filters = new Plugins<>("filter");
    final Plugins<Delivery> deliveries = new Plugins<>("delivery");
    final MemoryDirectory directory = new MemoryDirectory().with("ann@example.test", "x").with("bob@example.test", "x");
    final RecordingDelivery local = new RecordingDelivery();
    final MemoryTrace trace = new MemoryTrace();
    final MemoryMetrics metrics = new MemoryMetrics();
    final SetClock clock = new SetClock();
    final MemoryStates states = new MemoryStates(clock);
    final Plugins<Directory> directories = new Plugins<>("directory");
    final Plugins<Queue> queues = new Plugins<>("queue");
    final MemoryQueue queue = new MemoryQueue(clock);
    final Routes routes;
    final Courier courier;
    final FilteredIntake intake;

    House(Path spool) {
        deliveries.arrive("delivery-local", local, Map.of());
        directories.arrive("directory-memory", directory, Map.of());
        var site = new FixedSite();
        routes = new Routes(directory::resolve, site);
        courier = new Courier(deliveries, queues, routes, site, trace, metrics, clock);
        intake = new FilteredIntake(new Rooms(filters, routes, courier, new Directories(directories), states,
                new Spool(spool, IN_MEMORY_OCTETS), site, trace, metrics, clock));
    }

    House withQueue() {
        queues.arrive("queue-memory", queue, Map.of());
        return this;
    }

    /** What waits, with the reason where it is held. */
    List<String> queued() {
        return queue.browse(Optional.empty(), 100).stream().flatMap(e -> e.item().legs().stream()
                .map(leg -> leg.id() + " " + leg.to() + e.item().held().map(why -> " " + why).orElse(""))).sorted().toList();
    }

    ScriptedFilter filter(String name, String phase) {
        var filter = new ScriptedFilter();
        filters.arrive(name, filter, Map.of("phase", phase));
        return filter;
    }

    void set(String... pipeline) {
        var texts = new HashMap<String, String>();
        for (int i = 0; i < pipeline.length; i += 2) {
            texts.put(pipeline[i], pipeline[i + 1]);
        }
        intake.configure(new Values("pipeline", texts), Map.of());
    }

    static Client client() {
        return client(TestPeers.listener(), "ESMTP");
    }

    static Client client(Listener listener, String protocol) {
        var client = new Client(TestPeers.peer("192.0.2.1", listener));
        client.hello("client.example");
        client.protocol(protocol);
        return client;
    }

    Transaction mail(Client client) throws IOException, Refusal {
        var mail = intake.begin(client);
        mail.from(new Sender(new Address("eve", "elsewhere.test")));
        return mail;
    }

    /** A whole transaction. */
    Receipt send(Client client, Recipient... to) throws IOException, Refusal {
        try (var mail = mail(client)) {
            for (var one : to) {
                mail.to(one);
            }
            return mail.data(in(LETTER));
        }
    }

    /** How a RCPT is answered. */
    Status rcpt(Client client, Recipient to) throws IOException {
        try (var mail = mail(client)) {
            mail.to(to);
            return Status.OK;
        } catch (Refusal refusal) {
            return refusal.status();
        }
    }

    /** Where mail went, in order of delivery ids. */
    List<String> delivered() {
        return local.taken().stream().map(c -> c.id() + " " + c.to()).sorted().toList();
    }

    static String text(Consignment consignment) throws IOException {
        try (var in = consignment.content().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Recipient recipient(String address) {
        return new Recipient(Address.parse(address).orElseThrow());
    }

    static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
