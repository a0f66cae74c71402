package org.posthouse.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;
import org.posthouse.message.Refusal;

/**
 * The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677): the client proves that it knows the password
 * and we that we know what is stored of it, and neither is sent. Our proof goes out as one more challenge, which the client
 * answers with nothing, for no mail protocol lets octets follow a success.
 */
final class ScramExchange implements Sasl {
    /** Whether the mechanism is the one that binds the log-in to its connection. */
    enum Plus { YES, NO }

    private sealed interface State {
        record Beginning() implements State {}

        record Challenged(ScramFirst first, byte[] binding, String account, ScramKeys keys, String challenge, String nonce)
                implements State {}

        record Proved(String account) implements State {}

        record Over() implements State {}
    }

    private static final int NONCE_OCTETS = 18;

    private final Plus plus;
    private final Channel channel;
    private final ScramLogin accounts;
    private final Supplier<String> nonces;
    private State state = new State.Beginning();

    ScramExchange(Plus plus, Channel channel, ScramLogin accounts, Supplier<String> nonces) {
        this.plus = plus;
        this.channel = channel;
        this.accounts = accounts;
        this.nonces = nonces;
    }

    /** Printable, without a comma (RFC 5802 §5.1). */
    static String randomNonce() {
        var octets = new byte[NONCE_OCTETS];
        new SecureRandom().nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }

    @Override public Step begin() {
        return new Step.Challenge(new byte[0]);
    }

    @Override public Step respond(byte[] answer) throws Refusal, IOException {
        var now = state;
        state = new State.Over();
        return switch (now) {
            case State.Beginning _ -> challenge(ScramFirst.parse(answer));
            case State.Challenged challenged -> prove(challenged, ScramFinal.parse(answer));
            case State.Proved(var account) when answer.length == 0 -> new Step.Done(accounts.loggedIn(account));
            case State.Proved _, State.Over _ -> throw ScramFirst.malformed();
        };
    }

    private Step challenge(ScramFirst first) throws Refusal, IOException {
        var account = accounts.fullName(first.name());
        // RFC 5802 §5.1: acting as somebody else needs a right to do so, which nobody has here
        if (!first.actAs().isEmpty() && !accounts.fullName(first.actAs()).equals(account)) {
            throw SaslText.wrong();
        }
        if (first.bindingType().isPresent() != (plus == Plus.YES)) {
            throw ScramFirst.malformed();
        }
        // RFC 5802 §6: the client saw no mechanism that binds though we offer one, so somebody between us took it away
        if (first.thinksWeCannotBind() && channel.canBind()) {
            throw accounts.failed(account, ScramLogin.Wrong.CHANNEL);
        }
        var binding = binding(first);
        var keys = accounts.keys(account);
        var nonce = first.nonce() + nonces.get();
        var challenge = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(keys.salt()) + ",i=" + keys.rounds();
        state = new State.Challenged(first, binding, account, keys, challenge, nonce);
        return step(challenge);
    }

    /** RFC 5802 §5.1: the gs2-header, and with {@code p=} what names the connection as we know it. */
    private byte[] binding(ScramFirst first) throws Refusal {
        byte[] header = first.header().getBytes(StandardCharsets.UTF_8);
        if (first.bindingType().isEmpty()) {
            return header;
        }
        byte[] name = channel.binding(first.bindingType().get())
                .orElseThrow(() -> new Refusal("5.5.2", "That channel binding is not offered here"));
        return ByteBuffer.allocate(header.length + name.length).put(header).put(name).array();
    }

    private Step prove(State.Challenged on, ScramFinal last) throws Refusal {
        if (!last.nonce().equals(on.nonce)) {
            throw ScramFirst.malformed();
        }
        if (!MessageDigest.isEqual(on.binding, last.binding())) {
            throw accounts.failed(on.account, ScramLogin.Wrong.CHANNEL);
        }
        var authMessage = on.first.bare() + "," + on.challenge + "," + last.withoutProof();
        if (!on.keys.provedBy(last.proof(), authMessage)) {
            throw accounts.failed(on.account, ScramLogin.Wrong.PROOF);
        }
        state = new State.Proved(on.account);
        return step("v=" + on.keys.serverSignature(authMessage));
    }

    private static Step step(String message) {
        return new Step.Challenge(message.getBytes(StandardCharsets.UTF_8));
    }
}
