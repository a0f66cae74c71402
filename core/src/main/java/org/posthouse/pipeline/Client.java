package org.posthouse.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.posthouse.auth.AccountId;
import org.posthouse.net.Peer;

/**
 * Who is talking to us: the peer, and what it said and proved since. The protocol writes it, filters read it. One per
 * connection; {@link #hello} after STARTTLS starts it anew (RFC 3207 §4.2).
 */
public final class Client {
    private volatile Peer peer;
    private final List<Finding> findings = new CopyOnWriteArrayList<>();
    private volatile String hello = "";
    private volatile String protocol = "";
    private volatile String cipher = "";
    private volatile Optional<AccountId> account = Optional.empty();
    private Standing atConnect = new Standing();
    private Standing atHello = new Standing();
    private int messages;

    public Client(Peer peer) {
        this.peer = peer;
    }

    public Peer peer() {
        return peer;
    }

    /**
     * From here on the client is another, whom it speaks for and is trusted to name: what was found, said and proved before is
     * forgotten. The session stays the same, and the numbers of its messages go on.
     */
    public void speaksFor(Peer other) {
        peer = other;
        account = Optional.empty();
        forget(atConnect.ruling().findings());
        atConnect = new Standing();
        hello("");
    }

    /** The name it gave at HELO, EHLO or LHLO; empty before. */
    public String hello() {
        return hello;
    }

    public void hello(String name) {
        hello = name;
        forget(atHello.ruling().findings());
        atHello = new Standing();
    }

    /** For the {@code with} clause of Received: {@code SMTP}, {@code ESMTPS}, {@code ESMTPSA}, {@code LMTP} (RFC 3848). */
    public String protocol() {
        return protocol;
    }

    public void protocol(String name) {
        protocol = name;
    }

    /** TLS version and cipher suite; empty without TLS. */
    public String cipher() {
        return cipher;
    }

    public void cipher(String name) {
        cipher = name;
    }

    /** The account it has logged in to. */
    public Optional<AccountId> account() {
        return account;
    }

    public void account(AccountId id) {
        account = Optional.of(id);
    }

    /** What filters found so far; those of a message are taken away when its transaction ends. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    void found(Finding finding) {
        findings.add(finding);
    }

    /** Each once, so that an equal one found before stays. */
    void forget(List<Finding> some) {
        some.forEach(findings::remove);
    }

    /** The number of the message that begins now. */
    int nextMessage() {
        return ++messages;
    }

    /** What the filters rule about the connection. */
    Standing atConnect() {
        return atConnect;
    }

    /** What they rule about the last hello. */
    Standing atHello() {
        return atHello;
    }
}
