package org.posthouse.pipeline;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.posthouse.message.Address;
import org.posthouse.message.Content;

/** Says at each stage what it is told to say, and keeps what it was asked. For tests. */
final class ScriptedFilter implements Filter {
    interface Saying {
        Verdict verdict() throws IOException;
    }

    private final Map<String, Saying> sayings = new HashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile Content message;
    private volatile List<Finding> findings = List.of();

    /** @param stage connect, hello, sender, message, or a recipient's address */
    ScriptedFilter at(String stage, Saying saying) {
        sayings.put(stage, saying);
        return this;
    }

    ScriptedFilter at(String stage, Verdict verdict) {
        return at(stage, () -> verdict);
    }

    List<String> asked() {
        return List.copyOf(asked);
    }

    /** The last one it saw. */
    Content message() {
        return message;
    }

    /** What the client's findings were when it was last asked. */
    List<Finding> findings() {
        return findings;
    }

    @Override
    public Verdict onConnect(Client client) throws IOException {
        return say("connect", client);
    }

    @Override
    public Verdict onHello(Client client) throws IOException {
        return say("hello", client);
    }

    @Override
    public Verdict onSender(Client client, Address from) throws IOException {
        return say("sender", client);
    }

    @Override
    public Verdict onRecipient(Client client, Address from, Recipient to) throws IOException {
        return say(to.toString(), client);
    }

    @Override
    public Verdict onMessage(Client client, Envelope envelope, Content content) throws IOException {
        message = content;
        return say("message", client);
    }

    private Verdict say(String stage, Client client) throws IOException {
        asked.add(stage);
        findings = client.findings();
        return sayings.getOrDefault(stage, () -> Verdict.PASS).verdict();
    }
}
