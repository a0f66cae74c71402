package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.posthouse.it.Promises.Copy;
import org.posthouse.it.Promises.Seen;

/** Reads and removes a user's letters by POP3, some in each session and more where there are many; not each session says QUIT. */
record FetchingClient(String user) implements Client {
    private static final int MOST_ATTEMPTS = 10;
    private static final int MANY = 60;
    private static final int SOME = 10;

    @Override
    public void work(Server server, Promises promises) throws IOException, InterruptedException {
        var random = new Random();
        while (true) {
            try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
                session(pop, promises, random);
            } catch (IOException e) {
                if (!e.getMessage().startsWith("-ERR [SYS/TEMP]")) { // the mailbox is locked
                    throw e;
                }
            }
            Thread.sleep(random.nextInt(20));
        }
    }

    private void session(Pop3 pop, Promises promises, Random random) throws IOException {
        var uids = pop.uids();
        int most = Math.max(Math.min(SOME, uids.size()), uids.size() - MANY);
        var deleted = new ArrayList<Integer>();
        for (int n = 1; n <= most; n++) {
            int letter = Letters.number(pop.retrieve(n));
            promises.saw(user, new Seen(letter, Promises.INBOX, uids.get(n - 1)));
            if (uids.size() > MANY || random.nextBoolean()) {
                pop.command("DELE " + n);
                deleted.add(letter);
            }
        }
        if (random.nextInt(10) > 0) {
            deleted.forEach(letter -> promises.moving(new Copy(user, letter), Promises.NOWHERE));
            pop.command("QUIT");
            deleted.forEach(letter -> promises.moved(new Copy(user, letter), Promises.NOWHERE));
        }
    }

    /** All that lies there; a mailbox may be away for a moment, while much mail comes at once. */
    static List<Seen> all(Server server, String user) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return listed(server, user);
            } catch (IOException e) {
                if (attempt == MOST_ATTEMPTS || !String.valueOf(e.getMessage()).startsWith("-ERR [SYS/TEMP]")) {
                    throw e;
                }
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private static List<Seen> listed(Server server, String user) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            var all = new ArrayList<Seen>();
            var uids = pop.uids();
            for (int n = 1; n <= uids.size(); n++) {
                all.add(new Seen(Letters.number(pop.retrieve(n)), Promises.INBOX, uids.get(n - 1)));
            }
            return all;
        }
    }
}
