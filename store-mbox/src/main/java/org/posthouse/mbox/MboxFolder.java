package org.posthouse.mbox;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mbox. Whatever is known of it comes from the file and holds as long as nobody changed that. */
final class MboxFolder {
    private static final Logger LOG = LoggerFactory.getLogger("store-mbox");

    /** Something done with the file locked. */
    @FunctionalInterface
    interface Work<R> {
        R on(Access file, Index index) throws IOException;
    }

    /** How sure a look must be. */
    enum Look { SAME_STAMP, SETTLED }

    private final Places.Place place;
    private final Ground ground;
    private final Journal journal;
    private final UidState uids;
    private final Arrival arrival;
    private final Decoder decoder;
    private volatile SoftReference<Index> last = new SoftReference<>(null);

    MboxFolder(Places.Place place, Ground ground, Decoder decoder) {
        this.place = place;
        this.ground = ground;
        this.decoder = decoder;
        this.journal = new Journal(ground.disk(), place.journal());
        this.uids = new UidState(ground.disk(), ground.validities(), place.uids(), place.lastValidity());
        this.arrival = new Arrival(ground, place);
    }

    Places.Place place() {
        return place;
    }

    /** What a folder of that name left behind is not this one's. INBOX is always the same. */
    void create() throws IOException {
        if (Files.exists(place.file())) {
            return;
        }
        if (!place.isInbox()) {
            forgetStates();
        }
        ground.disk().folder(place.file().getParent());
        ground.disk().append(place.file()).close();
        ground.disk().syncFolder(place.file().getParent());
    }

    private void forgetStates() throws IOException {
        uids.forget();
        arrival.forget();
        boolean any = false;
        for (var state : place.states()) {
            any |= ground.disk().delete(state);
        }
        if (any) {
            ground.disk().syncFolder(place.uids().getParent());
        }
    }

    /** Gone with the file; what is left of it is removed at the latest when the name is used again. */
    void delete() throws IOException {
        writing(Look.SAME_STAMP, (_, index) -> {
            forget();
            ground.disk().delete(place.file());
            ground.disk().syncFolder(place.file().getParent());
            forgetStates();
            return index;
        });
    }

    /** First the file, for it has the UIDs; the next one is known without it too. */
    void rename(Places.Place to) throws IOException {
        writing(Look.SAME_STAMP, (_, index) -> {
            if (Files.exists(to.file())) {
                throw new FileAlreadyExistsException(to.name());
            }
            forget();
            move(place.file(), to.file());
            for (int i = 0; i < place.states().size(); i++) {
                ground.disk().delete(to.states().get(i));
                if (Files.exists(place.states().get(i))) {
                    move(place.states().get(i), to.states().get(i));
                }
            }
            return index;
        });
    }

    private void move(Path file, Path to) throws IOException {
        ground.disk().folder(to.getParent());
        ground.disk().rename(file, to);
        ground.disk().syncFolder(to.getParent());
        ground.disk().syncFolder(file.getParent());
    }

    List<Entry> scan() throws IOException {
        var stamp = Stamp.of(place.file());
        var known = last.get();
        if (known != null && known.is(stamp) && known.settled() && known.listed().isPresent() && !journal.exists()) {
            return known.listed().get();
        }
        return reading(Look.SETTLED, (_, index) -> index.entries());
    }

    Identity identity() throws IOException {
        var given = uids.inForce(reading(Look.SETTLED, (_, index) -> index));
        return new Identity(given.validity(), given.next());
    }

    int read(String key, long offset, byte[] into) throws IOException {
        return reading(Look.SAME_STAMP, (file, index) -> {
            var message = index.message(key).orElseThrow(() -> new NoSuchFileException(key));
            return decoder.read(file, index.stamp(), message, offset, into);
        });
    }

    long size(String key) throws IOException {
        return reading(Look.SAME_STAMP, (_, index) -> index.message(key).orElseThrow(() -> new NoSuchFileException(key)).size());
    }

    /** A message as readers see it, as long as the file is locked. */
    Encoder.Source source(Access file, Index index, Message message) {
        return new Encoder.Source(message.size(), () -> new Octets((offset, into) -> decoder.read(file, index.stamp(), message, offset, into)));
    }

    /** Messages from elsewhere; what the mbox is afterwards. */
    Index take(Access file, Index index, List<Arrival.Transferred> messages) throws IOException {
        forget();
        var now = arrival.append(file, index, messages, uids.given(), journal);
        last = new SoftReference<>(now);
        return now;
    }

    long uidValidity(Index index) throws IOException {
        return uids.inForce(index).validity();
    }

    Entry add(Arrival.Letter letter) throws IOException {
        if (place.isInbox()) {
            create();
        }
        return writing(Look.SAME_STAMP, (file, index) -> {
            var before = index.message("p" + letter.tag());
            if (before.isPresent() && Torn.intact(file, before.get())) {
                file.append().sync(); // the attempt that wrote it may have ended before this
                return before.get().entry();
            }
            if (arrival.knows(letter.tag())) {
                return letter.gone();
            }
            forget();
            var next = arrival.append(file, index, letter, uids.given());
            last = new SoftReference<>(next);
            arrival.stored(letter.tag());
            return next.messages().getLast().entry();
        });
    }

    /** UIDs ascend in the file, so messages behind one that gets its UID now may need another too. */
    Map<String, Long> record(List<String> keys) throws IOException {
        return writing(Look.SETTLED, (file, index) -> {
            var wanted = new HashSet<>(keys);
            var given = uids.inForce(index);
            long next = given.next();
            long least = 0;
            var changed = new HashMap<String, Marks>();
            var recorded = new HashMap<String, Long>();
            for (var message : index.messages()) {
                long uid = message.marks().uid();
                if (!message.pseudo() && (uid == 0 ? wanted.contains(message.key()) : uid < least)) {
                    uid = next++;
                    least = uid;
                    changed.put(message.key(), message.marks().withUid(uid));
                }
                if (uid > 0 && wanted.contains(message.key())) {
                    recorded.put(message.key(), uid);
                }
            }
            if (!changed.isEmpty()) {
                if (Marks.number(Long.toString(next)) < 0) {
                    throw new IOException(place.file() + " has no UIDs left");
                }
                uids.keep(new UidState.Given(given.validity(), next));
                change(file, index, changed, Set.of(), Optional.of(new Marks.Base(given.validity(), next - 1, rest(index))));
            }
            return recorded;
        });
    }

    private static String rest(Index index) {
        return index.base().map(Marks.Base::rest).orElse("");
    }

    void flag(Collection<String> keys, FlagChange change) throws IOException {
        writing(Look.SETTLED, (file, index) -> {
            var changed = new HashMap<String, Marks>();
            for (var key : keys) {
                var before = index.message(key).map(Message::marks);
                var now = before.map(m -> m.withFlags(change.on(m.flags())));
                if (!now.equals(before)) {
                    changed.put(key, now.get());
                }
            }
            change(file, index, changed, Set.of(), index.base());
            return changed;
        });
    }

    void remove(Collection<String> keys) throws IOException {
        writing(Look.SETTLED, (file, index) -> remove(file, index, keys));
    }

    /** The keys of those that were there. */
    Set<String> remove(Access file, Index index, Collection<String> keys) throws IOException {
        var messages = keys.stream().flatMap(key -> index.message(key).stream()).toList();
        var gone = messages.stream().map(Message::key).collect(Collectors.toSet());
        if (gone.isEmpty()) {
            return gone;
        }
        if (index.base().isPresent()) {
            uids.inForce(index);
        }
        arrival.remember(messages);
        change(file, index, Map.of(), gone, index.base());
        return gone;
    }

    private void change(Access file, Index index, Map<String, Marks> changed, Set<String> gone, Optional<Marks.Base> before)
            throws IOException {
        var base = before.map(b -> b.with(Stream.concat(index.messages().stream().map(Message::marks), changed.values().stream())
                .flatMap(marks -> marks.flags().stream())));
        var rewrite = new Rewrite(file, index, changed, gone, base);
        if (rewrite.extents().isEmpty()) {
            return;
        }
        forget();
        journal.change(file, rewrite);
        var messages = rewrite.after();
        var now = messages.isEmpty() ? Optional.<Marks.Base>empty() : base;
        last = new SoftReference<>(Index.of(new Index.Extent(file.stamp(), true, Optional.empty(), file.size()), messages, now, Optional.of(index)));
    }

    void forget() {
        last = new SoftReference<>(null);
    }

    <R> R reading(Look look, Work<R> work) throws IOException {
        return Undisturbed.run(() -> read(look, work));
    }

    <R> R writing(Look look, Work<R> work) throws IOException {
        return Undisturbed.run(() -> write(look, work));
    }

    private <R> R read(Look look, Work<R> work) throws IOException {
        if (journal.exists()) {
            write(look, (_, index) -> index);
        }
        try (var file = ground.locks().read(place.file())) {
            return work.on(file, index(file, look));
        } catch (NoSuchFileException e) {
            if (Files.exists(place.file())) {
                throw e;
            }
            return work.on(null, nothing());
        }
    }

    private Index nothing() throws IOException {
        if (!place.isInbox()) {
            throw new NoSuchFileException(place.name(), null, "no such folder");
        }
        var known = last.get();
        var none = known != null && known.stamp().equals(Stamp.NONE) ? known
                : Index.of(new Index.Extent(Stamp.NONE, true, Optional.empty(), 0), List.of(), Optional.empty(), Optional.empty());
        last = new SoftReference<>(none);
        return none;
    }

    private <R> R write(Look look, Work<R> work) throws IOException {
        try (var file = lock()) {
            journal.recover(file);
            var index = index(file, look);
            if (index.end() < file.size()) {
                index = cut(file, index);
            }
            return work.on(file, index);
        }
    }

    private Access lock() throws IOException {
        try {
            return ground.locks().write(place.file());
        } catch (NoSuchFileException e) {
            if (place.isInbox()) {
                create();
                return ground.locks().write(place.file());
            }
            throw new NoSuchFileException(place.name(), null, "no such folder");
        }
    }

    private Index cut(Access file, Index index) throws IOException {
        LOG.warn("{} ends with a message that was never stored as a whole: {} octets cut off", place.file(), file.size() - index.end());
        forget();
        var out = file.append();
        out.truncate(index.end());
        out.sync();
        var now = index.until(new Index.Extent(file.stamp(), true, Optional.empty(), index.end()));
        last = new SoftReference<>(now);
        return now;
    }

    private Index index(Access file, Look look) throws IOException {
        var stamp = Stamp.of(place.file());
        var before = Optional.ofNullable(last.get());
        if (before.isPresent() && before.get().is(stamp) && (before.get().settled() || look == Look.SAME_STAMP)) {
            return before.get();
        }
        var grown = before.isPresent() && before.get().grewInto(stamp) ? grown(file, before.get(), stamp) : Optional.<Index>empty();
        var now = grown.isPresent() ? grown.get() : whole(file, stamp, before);
        last = new SoftReference<>(now);
        return now;
    }

    /** Empty when not only new messages have come. */
    private Optional<Index> grown(Access file, Index before, Stamp stamp) throws IOException {
        var sum = Index.sum(file, before.end());
        if (sum.getValue() != before.sum().get().getValue()) {
            return Optional.empty();
        }
        var found = Scanner.scan(file, before.end(), stamp.size());
        if (found.messages().isEmpty() || found.messages().getFirst().start() != before.end() || before.messages().isEmpty()) {
            return Optional.empty();
        }
        file.sum(sum, before.end(), stamp.size());
        var all = new ArrayList<>(before.messages());
        all.addAll(found.messages());
        return Optional.of(Index.of(new Index.Extent(stamp, Index.settled(stamp), Optional.of(sum), stamp.size()), all, before.base(),
                uids.given(), Optional.of(before)));
    }

    private Index whole(Access file, Stamp stamp, Optional<Index> before) throws IOException {
        boolean settled = Index.settled(stamp);
        var found = Scanner.scan(file, 0, stamp.size());
        long end = Torn.end(file, found.messages(), stamp.size());
        var messages = end < stamp.size() ? Scanner.scan(file, 0, end).messages() : found.messages();
        return Index.of(new Index.Extent(stamp, settled, Optional.of(Index.sum(file, stamp.size())), end), messages, found.base(),
                uids.given(), before);
    }
}
