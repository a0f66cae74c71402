package org.posthouse.it;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.posthouse.it.Promises.Copy;

/** Sends letters by SMTP, one after the other, each to one of these lists of users; its sender's address has its number. */
record SendingClient(Letters letters, List<List<String>> lists, int pauseMillis) implements Client {
    @Override
    public void work(Server server, Promises promises) throws IOException, InterruptedException {
        var random = new Random();
        try (var smtp = new Smtp(server.port("mx"))) {
            while (true) {
                send(smtp, lists.get(random.nextInt(lists.size())), promises);
                Thread.sleep(random.nextInt(pauseMillis + 1));
            }
        }
    }

    private void send(Smtp smtp, List<String> users, Promises promises) throws IOException {
        int number = letters.next();
        smtp.command("MAIL FROM:<letter-" + number + "@client.example>", "250");
        for (var user : users) {
            smtp.command("RCPT TO:<" + user + "@example.test>", "250");
        }
        smtp.command("DATA", "354");
        users.forEach(user -> promises.sent(new Copy(user, number)));
        smtp.text(Letters.text(number));
        if (smtp.reply().startsWith("250")) {
            users.forEach(user -> promises.kept(new Copy(user, number)));
        }
    }
}
