package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.posthouse.it.Promises.Copy;
import org.posthouse.it.Promises.Seen;

/** A user who appends, flags, moves and removes letters in two folders by IMAP; a place is a folder, and whether the letter is flagged. */
record ArrangingClient(String user, boolean moves) {
    private static final List<String> FOLDERS = List.of(Promises.INBOX, "Archive");
    private static final String FLAGGED = " flagged";
    private static final int MANY = 40;
    private static final Pattern UID = Pattern.compile("[( ]UID (\\d+)");

    private record Lying(Seen seen, String folder, String uid) {
        Copy copy(String user) {
            return new Copy(user, seen.letter());
        }
    }

    void work(Server server, Promises promises, Letters letters) throws IOException, InterruptedException {
        var random = new Random();
        try (var imap = new Imap(server.port("imap"), user, "secret")) {
            makeFolders(imap);
            while (true) {
                var folder = FOLDERS.get(random.nextInt(FOLDERS.size()));
                var all = look(imap, folder);
                all.forEach(each -> promises.saw(user, each.seen));
                for (var each : all.subList(0, Math.min(all.size(), 10))) {
                    change(imap, each, promises, all.size() > MANY ? 2 : random.nextInt(4));
                }
                append(imap, folder, promises, letters.next());
                Thread.sleep(random.nextInt(10));
            }
        }
    }

    private void makeFolders(Imap imap) throws IOException {
        if (imap.command("LIST \"\" Archive").isEmpty()) {
            imap.command("CREATE Archive");
        }
    }

    private void append(Imap imap, String folder, Promises promises, int letter) throws IOException {
        var copy = new Copy(user, letter);
        promises.sent(copy, folder + FLAGGED);
        imap.append(folder, "\\Flagged", Letters.text(letter));
        promises.kept(copy, folder + FLAGGED);
    }

    private void change(Imap imap, Lying each, Promises promises, int how) throws IOException {
        boolean flagged = each.seen.place().endsWith(FLAGGED);
        var other = FOLDERS.get(1 - FOLDERS.indexOf(each.folder));
        switch (how) {
            case 0 -> make(imap, each, promises, flagged ? each.folder : each.folder + FLAGGED,
                    "UID STORE " + each.uid + (flagged ? " -" : " +") + "FLAGS (\\Flagged)");
            case 1 -> {
                if (moves) {
                    make(imap, each, promises, flagged ? other + FLAGGED : other, "UID MOVE " + each.uid + " " + other);
                }
            }
            case 2 -> {
                imap.command("UID STORE " + each.uid + " +FLAGS.SILENT (\\Deleted)");
                make(imap, each, promises, Promises.NOWHERE, "UID EXPUNGE " + each.uid);
            }
            default -> imap.command("NOOP");
        }
    }

    private void make(Imap imap, Lying each, Promises promises, String place, String command) throws IOException {
        promises.moving(each.copy(user), place);
        imap.command(command);
        promises.moved(each.copy(user), place);
    }

    private static List<Lying> look(Imap imap, String folder) throws IOException {
        var validity = Imap.validity(imap.command("SELECT " + folder));
        var all = new ArrayList<Lying>();
        for (var response : imap.command("UID FETCH 1:* (UID FLAGS BODY.PEEK[])")) {
            var uid = UID.matcher(response);
            if (response.contains("BODY[] {") && uid.find()) {
                var text = response.substring(response.indexOf("}\r\n") + 3, response.lastIndexOf(')'));
                var place = response.substring(0, response.indexOf('{')).contains("\\Flagged") ? folder + FLAGGED : folder;
                all.add(new Lying(new Seen(Letters.number(text.lines().toList()), place, validity + "-" + uid.group(1)), folder, uid.group(1)));
            }
        }
        return all;
    }

    /** All that lies there. */
    List<Seen> all(Server server) throws IOException {
        try (var imap = new Imap(server.port("imap"), user, "secret")) {
            makeFolders(imap);
            var all = new ArrayList<Seen>();
            for (var folder : FOLDERS) {
                look(imap, folder).forEach(each -> all.add(each.seen));
            }
            return all;
        }
    }
}
