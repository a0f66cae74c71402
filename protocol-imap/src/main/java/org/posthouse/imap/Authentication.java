package org.posthouse.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.auth.Sasl;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;
import org.posthouse.net.Strikes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves who a client is: by name and password or by SASL (RFC 3501 §6.2.2 and §6.2.3, RFC 4959). Counts the names and passwords
 * that were tried in vain, and takes its time with them.
 */
final class Authentication {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-imap");
    private static final int MOST_ROUNDS = 10;
    private static final int LONGEST_LINE = 12_288; // RFC 4954 §4 asks for as much

    private final Connection client;
    private final CommandReader in;
    private final Output out;
    private final Accounts accounts;
    private final Strikes failed;
    private boolean enough;

    Authentication(Connection client, CommandReader in, Output out, Accounts accounts, Limits limits) {
        this.client = client;
        this.in = in;
        this.out = out;
        this.accounts = accounts;
        this.failed = new Strikes(client, limits.authFailures(), limits.tarpit());
    }

    /** Whether so many log-ins have failed that the session is over. */
    boolean enough() {
        return enough;
    }

    /** The password is wiped. */
    AccountId login(Command.Login login) throws Refusal, Gone {
        var decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(login.password()));
        var letters = new char[decoded.remaining()];
        decoded.get(letters);
        Arrays.fill(decoded.array(), '\0');
        Arrays.fill(login.password(), (byte) 0);
        try {
            return accounts.login(login.user(), letters, client.peer());
        } catch (Refusal e) {
            throw failed(e);
        } catch (IOException e) {
            throw cannotSay(e);
        }
    }

    AccountId sasl(Command.Authenticate command) throws Refusal, Rejection, Gone {
        var sasl = accounts.sasl(command.mechanism(), client)
                .orElseThrow(() -> new Rejection(Reply.no("CANNOT", "There is no such mechanism; CAPABILITY lists them")));
        var initial = command.initial();
        var step = initial.isEmpty() ? sasl.begin() : respond(sasl, initial(initial.get()));
        for (int round = 0; round < MOST_ROUNDS; round++) {
            switch (step) {
                case Sasl.Step.Done(var account) -> {
                    return account;
                }
                case Sasl.Step.Challenge(var octets) -> step = respond(sasl, answer(octets));
            }
        }
        throw new Rejection("that took too many steps");
    }

    private Sasl.Step respond(Sasl sasl, byte[] answer) throws Refusal, Gone {
        try {
            return sasl.respond(answer);
        } catch (Refusal e) {
            throw failed(e);
        } catch (IOException e) {
            throw cannotSay(e);
        }
    }

    private byte[] answer(byte[] challenge) throws Rejection, Gone {
        out.line("+ " + Base64.getEncoder().encodeToString(challenge));
        var line = in.line(LONGEST_LINE);
        if (line.ending() == Line.Ending.END) {
            throw new Gone("the client left in the middle of AUTHENTICATE");
        }
        if (line.ending() == Line.Ending.TOO_LONG) {
            throw new Rejection("that line is too long");
        }
        if (line.latin1().equals("*")) {
            throw new Rejection("cancelled"); // RFC 3501 §6.2.2
        }
        try {
            return decoded(line.octets());
        } finally {
            Arrays.fill(line.octets(), (byte) 0);
        }
    }

    /** RFC 4959 §3: {@code =} is a response of no octets. */
    private static byte[] initial(String word) throws Rejection {
        return word.equals("=") ? new byte[0] : decoded(word.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] decoded(byte[] base64) throws Rejection {
        return Optional.of(base64).flatMap(Authentication::base64).orElseThrow(() -> new Rejection("that is not base64"));
    }

    private static Optional<byte[]> base64(byte[] text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Only a name and password, or what stands for them, count; not words that make no sense. */
    private Refusal failed(Refusal why) throws Gone {
        var code = why.status().code();
        if (code.equals("5.7.8") || code.equals("4.7.0")) {
            try {
                enough |= failed.out();
            } catch (IOException e) {
                throw new Gone(e);
            }
        }
        return why;
    }

    private static Refusal cannotSay(IOException why) {
        LOG.warn("cannot check a password: {}", why.toString());
        return new Refusal("4.3.0", "Logging in is not possible for now");
    }
}
