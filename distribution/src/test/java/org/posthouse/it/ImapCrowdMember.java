package org.posthouse.it;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.posthouse.it.ImapView.Known;

/** One of many clients that do this and that to the same folders; it logs in again when its session has ended. */
final class ImapCrowdMember {
    static final List<String> FOLDERS = List.of("INBOX", "Work");
    private static final List<String> FLAGS = List.of("\\Flagged", "\\Answered", "\\Draft", "$Label1");
    private static final int MOST_MESSAGES = 300;

    private final int own;
    private final int members;
    private final ImapTruth truth;
    private final Letters letters;
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();
    private final Random random;
    private ImapView view;

    ImapCrowdMember(int own, int members, ImapTruth truth, Letters letters) {
        this.own = own;
        this.members = members;
        this.truth = truth;
        this.letters = letters;
        this.random = new Random(own);
    }

    int commands() {
        return commands.get();
    }

    int sessions() {
        return sessions.get();
    }

    /** @return how the session ended, or nothing when it is still there */
    IOException work(int port, BooleanSupplier over) {
        try {
            session(port);
            while (!over.getAsBoolean()) {
                act();
                commands.incrementAndGet();
            }
            return null;
        } catch (IOException e) {
            leave();
            return e;
        }
    }

    private void session(int port) throws IOException {
        if (view == null) {
            view = new ImapView(port, truth, own % 2 == 0);
            sessions.incrementAndGet();
            view.select(FOLDERS.get(random.nextInt(FOLDERS.size())));
        }
    }

    /** What it knows of the folder that is selected, after it was told all. */
    List<Known> knows(int port) throws IOException {
        session(port);
        view.command("NOOP");
        view.learn();
        view.command("NOOP");
        if (view.known().size() != view.size()) {
            truth.trouble("of " + view.size() + " messages " + view.known().size() + " are known");
        }
        return view.known();
    }

    /** What its session finds of these messages. */
    List<String> found(List<Known> messages) throws IOException {
        var uids = messages.stream().map(k -> "" + k.uid()).toList();
        return uids.isEmpty() ? List.of() : view.command("UID SEARCH UID " + String.join(",", uids));
    }

    String folder() {
        return view.folder();
    }

    void leave() {
        try {
            if (view != null) {
                view.close();
            }
        } catch (IOException _) {
            // it is closed, one way or the other
        }
        view = null;
    }

    private void act() throws IOException {
        view.learn();
        int size = view.size();
        var known = view.known();
        var owned = known.stream().filter(k -> k.letter() % members == own).toList();
        int number = size == 0 ? 0 : 1 + random.nextInt(size);
        switch (random.nextInt(size == 0 ? 3 : 14)) {
            case 0 -> view.command("NOOP");
            case 1 -> view.select(FOLDERS.get(random.nextInt(FOLDERS.size())));
            case 2 -> append();
            case 3 -> view.command("STORE " + number + " +FLAGS (\\Seen)");
            case 4 -> {
                view.command("STORE " + number + ":* -FLAGS.SILENT (\\Seen)");
                view.command("FETCH 1:* (FLAGS)"); // what it has changed itself it is not told
            }
            case 5 -> view.command("FETCH " + number + ":* (UID FLAGS)");
            case 6 -> view.command("SEARCH FLAGGED");
            case 7 -> view.command("UID FETCH 1:* (FLAGS)");
            case 8 -> view.command("FETCH " + number + " BODY.PEEK[]");
            case 9 -> view.command("STATUS " + FOLDERS.get(random.nextInt(FOLDERS.size())) + " (MESSAGES UIDNEXT UNSEEN)");
            case 10, 11 -> {
                if (!owned.isEmpty()) {
                    flag(owned.get(random.nextInt(owned.size())));
                }
            }
            case 12 -> {
                if (!owned.isEmpty()) {
                    move(owned.get(random.nextInt(owned.size())));
                }
            }
            default -> {
                if (!owned.isEmpty() && (size > MOST_MESSAGES || random.nextBoolean())) {
                    remove(owned.get(random.nextInt(owned.size())));
                }
            }
        }
    }

    private void append() throws IOException {
        int letter = letters.next();
        while (letter % members != own) {
            letter = letters.next();
        }
        var copy = new Promises.Copy("ann", letter);
        truth.written(letter);
        view.append(letter);
        truth.places().kept(copy);
    }

    private void flag(Known message) throws IOException {
        var flags = new TreeSet<String>();
        FLAGS.stream().filter(_ -> random.nextInt(3) == 0).forEach(flags::add);
        truth.flagging(message.letter(), flags);
        view.command("UID STORE " + message.uid() + " FLAGS" + (random.nextBoolean() ? ".SILENT" : "") + " (" + String.join(" ", flags) + ")");
        truth.flagged(message.letter(), flags);
        view.command("UID FETCH " + message.uid() + " (FLAGS)");
    }

    private void move(Known message) throws IOException {
        var to = FOLDERS.get(1 - FOLDERS.indexOf(view.folder()));
        var copy = new Promises.Copy("ann", message.letter());
        truth.places().moving(copy, to);
        view.command("UID MOVE " + message.uid() + " " + to);
        truth.places().moved(copy, to);
    }

    private void remove(Known message) throws IOException {
        var copy = new Promises.Copy("ann", message.letter());
        var flags = new TreeSet<>(message.flags());
        flags.removeAll(Set.of("\\Seen"));
        flags.add("\\Deleted");
        truth.flagging(message.letter(), flags);
        view.command("UID STORE " + message.uid() + " +FLAGS (\\Deleted)");
        truth.flagged(message.letter(), flags);
        truth.places().moving(copy, Promises.NOWHERE);
        view.command("UID EXPUNGE " + message.uid());
        truth.places().moved(copy, Promises.NOWHERE);
    }
}
