package org.posthouse.pop3;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.auth.Sasl;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.posthouse.net.Line;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Proves who a client is: by name and password (RFC 1939 §7) or by SASL (RFC 5034). */
final class Login {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-pop3");
    private static final int MOST_ROUNDS = 10;

    /** RFC 5034 §4 leaves the longest line of an exchange to the mechanisms; this is what RFC 4954 §4 asks for. */
    static final int LONGEST_LINE = 12_288;

    private final Connection client;
    private final Accounts accounts;

    Login(Connection client, Accounts accounts) {
        this.client = client;
        this.accounts = accounts;
    }

    /** The password is wiped. */
    AccountId password(String name, byte[] password) throws Refusal {
        var decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(password));
        var letters = new char[decoded.remaining()];
        decoded.get(letters);
        Arrays.fill(decoded.array(), '\0');
        Arrays.fill(password, (byte) 0);
        try {
            return accounts.login(name, letters, client.peer());
        } catch (IOException e) {
            throw cannotSay(e);
        }
    }

    /** RFC 5034 §4: {@code AUTH mechanism [initial-response]}. IOException only when the client is gone. */
    AccountId sasl(Command auth) throws Refusal, IOException {
        var words = auth.words();
        if (words.isEmpty() || words.size() > 2) {
            throw new Refusal("5.5.2", "AUTH needs a mechanism; CAPA lists them");
        }
        var sasl = accounts.sasl(words.getFirst(), client)
                .orElseThrow(() -> new Refusal("5.5.2", "There is no such mechanism; CAPA lists them"));
        var step = words.size() == 1 ? sasl.begin() : respond(sasl, initial(words.getLast()));
        for (int round = 0; round < MOST_ROUNDS; round++) {
            switch (step) {
                case Sasl.Step.Done(var account) -> {
                    return account;
                }
                case Sasl.Step.Challenge(var octets) -> step = respond(sasl, answer(octets));
            }
        }
        throw new Refusal("5.5.2", "That took too many steps");
    }

    private static Sasl.Step respond(Sasl sasl, byte[] answer) throws Refusal {
        try {
            return sasl.respond(answer);
        } catch (IOException e) {
            throw cannotSay(e);
        }
    }

    private byte[] answer(byte[] challenge) throws Refusal, IOException {
        client.write("+ " + Base64.getEncoder().encodeToString(challenge) + "\r\n");
        var line = client.readLine(LONGEST_LINE);
        if (line.ending() == Line.Ending.END) {
            throw new EOFException("the client left in the middle of AUTH");
        }
        if (line.ending() == Line.Ending.TOO_LONG) {
            throw new Refusal("5.5.2", "That line is too long");
        }
        if (line.latin1().equals("*")) {
            throw new Refusal("5.5.2", "Cancelled"); // RFC 5034 §4
        }
        try {
            return decoded(line.octets());
        } finally {
            Arrays.fill(line.octets(), (byte) 0);
        }
    }

    /** RFC 5034 §4: {@code =} is a response of no octets. */
    private static byte[] initial(String word) throws Refusal {
        return word.equals("=") ? new byte[0] : decoded(word.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] decoded(byte[] base64) throws Refusal {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new Refusal("5.5.2", "That is not base64");
        }
    }

    private static Refusal cannotSay(IOException why) {
        LOG.warn("cannot check a password: {}", why.toString());
        return new Refusal("4.3.0", "Logging in is not possible for now");
    }
}
