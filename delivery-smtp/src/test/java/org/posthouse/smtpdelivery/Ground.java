package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Contents;
import org.posthouse.net.FixedDns;
import org.posthouse.net.FixedSite;
import org.posthouse.net.SocketConnector;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.RecordingIntake;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.DeliveryId;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Outcome;
import org.posthouse.state.MemoryStates;
import org.posthouse.state.SetClock;

/** A delivery with a DNS that is told what it knows and one remote server, the only exchanger of {@code there.test}. */
abstract class Ground {
    static final Recipient ZOE = new Recipient(new Address("zoe", "there.test"));
    static final Recipient YAN = new Recipient(new Address("yan", "there.test"));
    static final Recipient XIA = new Recipient(new Address("xia", "there.test"));
    static final Address ANN = new Address("ann", "example.test");
    static final String TEXT = "Subject: hello\r\n\r\n.dot\r\nbody\r\n..\r\n";

    @TempDir Path home;

    final FixedDns dns = new FixedDns().mx("there.test", 10, "mx1.there.test").address("mx1.there.test", "127.0.0.1");
    final List<String> events = new ArrayList<>();
    final MemoryMetrics metrics = new MemoryMetrics();
    final SetClock clock = new SetClock();
    final MemoryStates states = new MemoryStates(clock);
    final RecordingIntake intake = new RecordingIntake();
    SocketConnector connector;
    Remote remote;
    SmtpDelivery delivery;

    @BeforeEach
    void begin() throws IOException {
        remote = new Remote();
        connector = new SocketConnector(new HomeDisk(home));
        delivery = delivery(settings());
    }

    @AfterEach
    void end() throws IOException {
        delivery.end();
        remote.close();
    }

    Configs settings() {
        return new Configs().with("port", remote.port()).with("command-timeout", "30s").with("greeting-timeout", "30s");
    }

    SmtpDelivery delivery(Configs configs) {
        return new SmtpDelivery(configs, clock, dns, connector, new FixedSite(), new HomeDisk(home), states, intake,
                (id, what, values) -> events.add(what + " " + List.of(values)), metrics);
    }

    static Consignment consignment(String transport, String target, Content content, Sender from, Recipient... to) {
        return new Consignment(new DeliveryId("a.1.1"), from, new Destination(transport, target, "INBOX"), List.of(to), content);
    }

    Map<Recipient, Outcome> send(String target, Recipient... to) throws IOException {
        return delivery.deliver(consignment("smtp", target, Contents.of(TEXT), new Sender(ANN), to));
    }

    Map<Recipient, Outcome> send(Recipient... to) throws IOException {
        return send("there.test", to);
    }

    /** {@code delivered}, or {@code deferred} or {@code failed} with the code. */
    static String brief(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered(var what, _, _) -> brief(what);
            case Outcome.Delivered _, Outcome.Relayed _ -> "delivered";
            case Outcome.Deferred(var why) -> "deferred " + why.code();
            case Outcome.Failed(var why) -> "failed " + why.code();
        };
    }

    static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered(var what, var host, var reply) -> text(what) + " | " + host + " | " + reply;
            case Outcome.Delivered(var where, _) -> where;
            case Outcome.Relayed(var where, var notices) -> where + " " + notices;
            case Outcome.Deferred(var why) -> why.text();
            case Outcome.Failed(var why) -> why.text();
        };
    }
}
