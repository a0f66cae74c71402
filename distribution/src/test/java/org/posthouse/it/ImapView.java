package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.posthouse.it.ImapTruth.Told;

/** A session that keeps count of a folder's messages by what it is told without asking (RFC 3501 §7.3 and §7.4, RFC 7162 §3.2.10). */
final class ImapView implements AutoCloseable {
    private static final Pattern COUNT = Pattern.compile("\\* (\\d+) (EXISTS|EXPUNGE)");
    private static final Told UNKNOWN = new Told(0, OptionalLong.empty(), Optional.empty(), OptionalLong.empty(), OptionalLong.empty());

    /** What the client knows of a message. */
    record Known(long uid, int letter, Set<String> flags) {}

    private final ImapTruth truth;
    private final Imap imap;
    private final boolean qresync;
    private final List<Told> messages = new ArrayList<>();
    private String folder = "";

    ImapView(int port, ImapTruth truth, boolean qresync) throws IOException {
        this.truth = truth;
        this.qresync = qresync;
        this.imap = new Imap(port, "ann", "secret");
        if (qresync) {
            imap.command("ENABLE QRESYNC");
        }
    }

    String folder() {
        return folder;
    }

    int size() {
        return messages.size();
    }

    void select(String name) throws IOException {
        messages.clear();
        folder = name;
        var before = truth.codes();
        truth.selected(name, before, command("SELECT " + name));
    }

    List<String> command(String command) throws IOException {
        var responses = imap.command(command);
        boolean byNumber = command.matches("(FETCH|STORE|SEARCH) .*");
        for (var response : responses) {
            if (byNumber && (response.endsWith(" EXPUNGE") || response.startsWith("* VANISHED "))) {
                truth.trouble(command + " -> " + response);
            }
            hear(command, response);
        }
        return responses;
    }

    void append(int letter) throws IOException {
        var text = Letters.text(letter);
        command("APPEND INBOX {" + text.length() + "+}\r\n" + text);
    }

    /** Asks for what is not known of new messages. */
    void learn() throws IOException {
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).letter().isEmpty() || messages.get(i).uid().isEmpty()) {
                command("FETCH " + (i + 1) + ":" + messages.size() + " (UID FLAGS" + (qresync ? " MODSEQ" : "")
                        + " BODY.PEEK[HEADER.FIELDS (SUBJECT)])");
                return;
            }
        }
    }

    private void hear(String command, String response) {
        var count = COUNT.matcher(response);
        if (count.matches()) {
            counted(Integer.parseInt(count.group(1)), count.group(2), command, response);
        } else if (response.startsWith("* VANISHED (EARLIER)")) {
            truth.trouble(command + " -> " + response);
        } else if (response.startsWith("* VANISHED ")) {
            vanished(response.substring(11), command, response);
        } else {
            Told.of(response).ifPresent(told -> fetched(told, command, response));
        }
    }

    private void counted(int number, String what, String command, String response) {
        if (what.equals("EXISTS") ? number < messages.size() : number > messages.size() || qresync) {
            truth.trouble("of " + messages.size() + ": " + command + " -> " + response);
            return;
        }
        if (what.equals("EXPUNGE")) {
            messages.remove(number - 1);
        }
        while (what.equals("EXISTS") && messages.size() < number) {
            messages.add(UNKNOWN);
        }
    }

    private void vanished(String uids, String command, String response) {
        for (var range : uids.split(",")) {
            var ends = range.split(":");
            for (long uid = Long.parseLong(ends[0]); uid <= Long.parseLong(ends[ends.length - 1]); uid++) {
                int index = index(uid);
                if (index == messages.size() || messages.get(index).uid().orElse(uid) != uid) {
                    truth.trouble("no UID " + uid + " for " + command + " -> " + response);
                    return;
                }
                messages.remove(index);
            }
        }
    }

    /** Where this UID is or, as UIDs ascend, can be. */
    private int index(long uid) {
        int index = 0;
        for (int i = 0; i < messages.size(); i++) {
            long known = messages.get(i).uid().orElse(0);
            if (known == uid) {
                return i;
            }
            index = 0 < known && known < uid ? i + 1 : index;
        }
        return index;
    }

    private void fetched(Told told, String command, String response) {
        if (told.number() > messages.size()) {
            truth.trouble("of " + messages.size() + ": " + command + " -> " + response);
            return;
        }
        var before = messages.get(told.number() - 1);
        if (before.uid().isPresent() && told.uid().isPresent() && !before.uid().equals(told.uid())) {
            truth.trouble("number " + told.number() + " is UID " + before.uid() + ": " + command + " -> " + response);
        }
        var now = new Told(0, told.uid().isPresent() ? told.uid() : before.uid(), told.flags().or(before::flags), told.modseq(),
                told.letter().isPresent() ? told.letter() : before.letter());
        messages.set(told.number() - 1, now);
        if (now.uid().isPresent()) {
            truth.told(folder, now.uid().getAsLong(), new Told(0, now.uid(), told.flags(), told.modseq(), now.letter()));
        }
    }

    /** Those of which all is known. */
    List<Known> known() {
        return messages.stream().filter(m -> m.letter().isPresent() && m.uid().isPresent())
                .map(m -> new Known(m.uid().getAsLong(), (int) m.letter().getAsLong(), new TreeSet<>(m.flags().orElse(Set.of())))).toList();
    }

    @Override
    public void close() throws IOException {
        imap.close();
    }
}
