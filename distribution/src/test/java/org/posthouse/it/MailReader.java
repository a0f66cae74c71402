package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A client of our POP3 server that reads what it has not read and deletes some of it, and tells the ledger. */
final class MailReader {
    private static final String INBOX = "INBOX";
    private static final int MANY = 60;

    private final Ledger ledger;
    private final Server server;
    private final Random random;
    private final Map<Long, String> known = new HashMap<>();

    MailReader(Ledger ledger, Server server, long seed) {
        this.ledger = ledger;
        this.server = server;
        this.random = new Random(seed);
    }

    void round() throws IOException {
        long began = System.nanoTime();
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            var uids = pop.uids();
            var listed = new ArrayList<Map.Entry<Long, String>>();
            for (int n = 1; n <= uids.size(); n++) {
                var said = uids.get(n - 1).split("-");
                ledger.validity("POP3", INBOX, said[0]);
                long uid = Long.parseLong(said[1]);
                if (!known.containsKey(uid)) {
                    read(pop, n, uid);
                }
                listed.add(Map.entry(uid, known.getOrDefault(uid, "")));
            }
            listed.removeIf(e -> e.getValue().isEmpty()); // gone before it was read
            ledger.seen("POP3", INBOX, began, listed);
            delete(pop, uids, listed);
        }
    }

    private void read(Pop3 pop, int n, long uid) throws IOException {
        pop.send("RETR " + n + "\r\n");
        var reply = pop.line();
        if (reply.endsWith(" is gone")) {
            ledger.gone("POP3", INBOX, uid);
            return;
        }
        if (!reply.startsWith("+OK")) {
            throw new IOException("RETR -> " + reply);
        }
        var message = String.join("\n", pop.lines());
        var id = message.lines().filter(l -> l.startsWith("X-Beside: ")).map(l -> l.substring(10)).findFirst().orElse("none");
        known.put(uid, id);
        ledger.read("POP3", id, message);
    }

    private void delete(Pop3 pop, List<String> uids, List<Map.Entry<Long, String>> listed) throws IOException {
        var gone = new HashSet<String>();
        int most = listed.size() > MANY ? 6 : random.nextInt(3);
        for (int i = 0; i < most; i++) {
            ledger.claim(INBOX, listed.stream().map(Map.Entry::getValue).toList()).ifPresent(gone::add);
        }
        for (var id : gone) {
            long uid = listed.stream().filter(e -> e.getValue().equals(id)).findFirst().orElseThrow().getKey();
            int n = 1;
            while (!uids.get(n - 1).endsWith("-" + uid)) {
                n++;
            }
            pop.command("DELE " + n);
        }
        pop.command("QUIT");
        gone.forEach(id -> ledger.removed("POP3", id));
    }
}
