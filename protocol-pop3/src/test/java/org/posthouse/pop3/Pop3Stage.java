package org.posthouse.pop3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.mailbox.MemoryMailboxes;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Connection;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Protocol;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.net.Transcript;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;

/**
 * POP3 with two accounts, ann (password {@code secret}) and bob (password {@code two words}), both of example.test. Its words:
 * <pre>
 * {@literal @}mail TEXT       puts a message into ann's mailbox; \n ends a line
 * {@literal @}lose UID        somebody else removes a message of ann's
 * {@literal @}left N          asserts that ann's mailbox has so many messages
 * {@literal @}away mail|users from now on mailboxes or directory are away
 * {@literal @}full            from now on mailboxes refuse for good
 * {@literal @}back            all is well again
 * {@literal @}story S1 a b    asserts what was traced of a session
 * {@literal @}errors N        sessions end after so many refused commands, or half of that failed log-ins; no tarpit
 * {@literal @}sessions N      an account may have so many; connections share their time, the first one's, from here on
 * {@literal @}usual           all settings have their defaults again
 * </pre>
 */
final class Pop3Stage implements Transcript.Stage {
    private static final String ANN = "ann@example.test";

    private final MemoryMailboxes mailboxes = new MemoryMailboxes();
    private final FixedAccounts accounts = new FixedAccounts("example.test").with("ann", "secret").with("bob", "two words");
    private final MemoryTrace trace = new MemoryTrace();
    private Optional<Pop3Protocol> protocol = Optional.empty();
    private boolean together;
    private FixedConfig config = FixedConfig.DEFAULT;

    @Override
    public Protocol protocol() {
        return new Protocol() {
            @Override
            public String name() {
                return "pop3";
            }

            @Override
            public void serve(Connection client) throws IOException {
                var clock = ((ScriptedConnection) client).clock();
                protocol = protocol.filter(_ -> together).or(() -> Optional.of(
                        new Pop3Protocol(config, accounts, mailboxes, new FixedSite(), trace, new MemoryMetrics(), clock)));
                protocol.get().serve(client);
            }
        };
    }

    @Override
    public void told(String word, String text) {
        switch (word) {
            case "mail" -> mailboxes.put(ANN, text.replace("\\n", "\n"));
            case "lose" -> lose(Long.parseLong(text));
            case "left" -> assertEquals(Integer.parseInt(text), mailboxes.texts(ANN, "INBOX").size());
            case "away" -> away(text);
            case "full" -> mailboxes.refuse(new Refusal("5.2.0", "not for you"));
            case "back" -> {
                mailboxes.mend();
                accounts.away(false);
            }
            case "story" -> {
                var words = List.of(text.split(" "));
                assertEquals(words.subList(1, words.size()), trace.story(words.getFirst()));
            }
            case "errors" -> settings(new FixedConfig("10m", "5m", Integer.parseInt(text), Integer.parseInt(text) / 2, "0s", 10));
            case "sessions" -> {
                settings(new FixedConfig("10m", "5m", 20, 5, "1s", Integer.parseInt(text)));
                together = true;
            }
            case "usual" -> settings(FixedConfig.DEFAULT);
            default -> throw new AssertionError("this stage knows no @" + word);
        }
    }

    private void settings(FixedConfig now) {
        config = now;
        protocol = Optional.empty();
    }

    private void away(String what) {
        if (what.equals("users")) {
            accounts.away(true);
        } else {
            mailboxes.fail(new Unavailable("as the transcript asks"));
        }
    }

    private void lose(long uid) {
        try {
            mailboxes.open(new AccountId(ANN)).expunge("INBOX", UidSet.of(uid));
        } catch (Refusal e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
