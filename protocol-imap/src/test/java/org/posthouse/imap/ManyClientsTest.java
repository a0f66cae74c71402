package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;

/** Several clients do this and that to one folder at the same time; each knows at the end what there is, from what it was told. */
@Timeout(120)
class ManyClientsTest {
    private static final int CLIENTS = 5;
    private static final int COMMANDS = 150;

    private final ImapStage stage = new ImapStage();

    /** A message as a client knows it. */
    private record Known(Optional<String> uid, Optional<String> flags) {}

    /** A client that keeps count of messages by the untagged responses alone. */
    private final class Client implements AutoCloseable {
        private static final Pattern COUNT = Pattern.compile("\\* (\\d+) (EXISTS|EXPUNGE)");
        private static final Pattern FETCH = Pattern.compile("\\* (\\d+) FETCH \\((.*)\\)");
        private static final Pattern UID = Pattern.compile("UID (\\d+)");
        private static final Pattern FLAGS = Pattern.compile("FLAGS \\(([^)]*)\\)");

        private final ScriptedConnection connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        private final List<Known> messages = new ArrayList<>();
        private final Random random;
        private final boolean qresync;
        private int tag;

        Client(int seed) {
            random = new Random(seed);
            qresync = seed % 2 == 0;
            connection.serve(stage.protocol());
            connection.line();
            command("LOGIN ann secret");
            if (qresync) {
                command("ENABLE QRESYNC");
            }
            command("SELECT INBOX");
        }

        String command(String text) {
            connection.send(++tag + " " + text + "\r\n");
            boolean byNumber = text.matches("(FETCH|STORE|SEARCH) .*");
            while (true) {
                var line = connection.line().orElseThrow(() -> new AssertionError("closed at " + text));
                if (line.startsWith(tag + " ")) {
                    assertFalse(line.contains("BAD") || line.contains("SERVERBUG"), text + " -> " + line);
                    return line;
                }
                assertFalse(byNumber && (line.endsWith("EXPUNGE") || line.startsWith("* VANISHED")), text + " -> " + line);
                hear(line);
            }
        }

        private void hear(String line) {
            var count = COUNT.matcher(line);
            var fetch = FETCH.matcher(line);
            if (count.matches()) {
                counted(Integer.parseInt(count.group(1)), count.group(2), line);
            } else if (fetch.matches()) {
                int number = Integer.parseInt(fetch.group(1));
                assertTrue(number <= messages.size(), line);
                var before = messages.get(number - 1);
                messages.set(number - 1, new Known(found(UID, fetch.group(2)).or(before::uid), found(FLAGS, fetch.group(2)).or(before::flags)));
            } else if (line.startsWith("* VANISHED ")) {
                vanished(line.substring(11));
            }
        }

        private void counted(int number, String what, String line) {
            if (what.equals("EXPUNGE")) {
                assertFalse(qresync, line);
                messages.remove(number - 1);
                return;
            }
            assertTrue(number >= messages.size(), line);
            while (messages.size() < number) {
                messages.add(new Known(Optional.empty(), Optional.empty()));
            }
        }

        private void vanished(String uids) {
            for (var range : uids.split(",")) {
                var ends = range.split(":");
                for (long uid = Long.parseLong(ends[0]); uid <= Long.parseLong(ends[ends.length - 1]); uid++) {
                    remove(Long.toString(uid));
                }
            }
        }

        /** One whose UID was not told yet can only be the first such one. */
        private void remove(String uid) {
            var known = messages.stream().filter(m -> m.uid().equals(Optional.of(uid))).findFirst();
            var gone = known.or(() -> messages.stream().filter(m -> m.uid().isEmpty()).findFirst());
            assertTrue(gone.isPresent(), () -> uid + " is not in " + messages);
            messages.remove(gone.get());
        }

        private Optional<String> found(Pattern what, String text) {
            Matcher matcher = what.matcher(text);
            return matcher.find() ? Optional.of(matcher.group(1).replace("\\Recent", "").replaceAll(" +", " ").strip()) : Optional.empty();
        }

        private void askForNew() {
            for (int i = 0; i < messages.size(); i++) {
                if (messages.get(i).uid().isEmpty()) {
                    command("FETCH " + (i + 1) + ":" + messages.size() + " (UID FLAGS)");
                    return;
                }
            }
        }

        Void live() {
            for (int i = 0; i < COMMANDS; i++) {
                act();
                askForNew();
            }
            return null;
        }

        private void act() {
            int number = messages.isEmpty() ? 0 : 1 + random.nextInt(messages.size());
            switch (random.nextInt(number == 0 ? 2 : 12)) {
                case 0 -> command("APPEND INBOX {5+}\r\nhello");
                case 1 -> command("NOOP");
                case 2 -> command("STORE " + number + " +FLAGS (\\Flagged)");
                case 3 -> command("STORE " + number + ":* -FLAGS (\\Flagged)");
                case 4 -> command("UID STORE " + messages.get(number - 1).uid().orElse("1") + " FLAGS (\\Answered k" + random.nextInt(3) + ")");
                case 5 -> command("COPY " + number + " INBOX");
                case 6 -> command("STORE " + number + " +FLAGS (\\Deleted)");
                case 7 -> command("EXPUNGE");
                case 8 -> command("MOVE " + number + " Box");
                case 9 -> command("FETCH " + number + " (UID FLAGS RFC822.SIZE)");
                case 10 -> command("SEARCH FLAGGED");
                default -> command("UID FETCH 1:* (FLAGS)");
            }
            if (random.nextInt(20) == 0) {
                synchronized (stage) {
                    stage.told("mail", "INBOX Subject: new\\n\\nbody\\n");
                }
            }
        }

        List<Known> knows() {
            command("NOOP");
            askForNew();
            command("NOOP");
            return List.copyOf(messages);
        }

        @Override
        public void close() {
            connection.end();
        }
    }

    @Test
    void eachKnowsWhatThereIs() throws Exception {
        stage.told("letters", "20");
        stage.told("folder", "Box");
        var clients = new ArrayList<Client>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(i));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> done : threads.invokeAll(clients.stream().<Callable<Void>>map(c -> c::live).toList())) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
        var fresh = new Client(100);
        fresh.command("FETCH 1:* (UID FLAGS)");
        for (var client : clients) {
            assertEquals(fresh.messages, client.knows());
        }
        fresh.close();
        clients.forEach(Client::close);
    }
}
