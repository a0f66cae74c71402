package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.posthouse.mbox.MboxFolder.Look;

/**
 * Brings messages from one mbox to another, both locked: they are added to the other one through its journal, all or none; those that
 * are moved are then taken out of the first. Between these two a crash leaves them in both; when the move is tried again, the tag that
 * the first attempt gave them tells. Two mboxes are always locked in the order of their names.
 */
final class Transfer {
    private Transfer() {}

    static Map<String, String> copy(MboxFolder from, List<String> keys, MboxFolder to) throws IOException {
        if (from == to) {
            return to.writing(Look.SETTLED, (file, index) -> copy(new Side(from, file, index), keys, new Side(to, file, index)));
        }
        if (isFirst(from, to)) {
            return from.reading(Look.SETTLED, (file, index) -> to.writing(Look.SAME_STAMP,
                    (target, targets) -> copy(new Side(from, file, index), keys, new Side(to, target, targets))));
        }
        return to.writing(Look.SAME_STAMP, (target, targets) -> from.reading(Look.SETTLED,
                (file, index) -> copy(new Side(from, file, index), keys, new Side(to, target, targets))));
    }

    static Map<String, String> move(MboxFolder from, List<String> keys, MboxFolder to) throws IOException {
        if (from == to) {
            return to.writing(Look.SETTLED, (file, index) -> move(new Side(from, file, index), keys, new Side(to, file, index)));
        }
        if (isFirst(from, to)) {
            return from.writing(Look.SETTLED, (file, index) -> to.writing(Look.SAME_STAMP,
                    (target, targets) -> move(new Side(from, file, index), keys, new Side(to, target, targets))));
        }
        return to.writing(Look.SAME_STAMP, (target, targets) -> from.writing(Look.SETTLED,
                (file, index) -> move(new Side(from, file, index), keys, new Side(to, target, targets))));
    }

    private static boolean isFirst(MboxFolder from, MboxFolder to) {
        return from.place().file().compareTo(to.place().file()) < 0;
    }

    /** An mbox that is locked. */
    private record Side(MboxFolder folder, Access file, Index index) {
        List<Message> messages(List<String> keys) {
            return new LinkedHashSet<>(keys).stream().flatMap(key -> index.message(key).stream()).toList();
        }

        Arrival.Transferred as(Message message, String tag) throws IOException {
            return new Arrival.Transferred(tag, fromLine(message), message.marks().old(), message.marks().flags(), folder.source(file, index, message));
        }

        private FromLine fromLine(Message message) throws IOException {
            var line = new String(file.octets(message.start(), message.header()), StandardCharsets.ISO_8859_1).strip();
            return FromLine.parse(line).map(had -> new FromLine(had.sender(), message.received())).orElse(new FromLine("", message.received()));
        }
    }

    private static Map<String, String> copy(Side from, List<String> keys, Side to) throws IOException {
        var tags = new LinkedHashMap<String, String>();
        var copies = new ArrayList<Arrival.Transferred>();
        for (var message : from.messages(keys)) {
            tags.put(message.key(), Arrival.copyTag());
            copies.add(from.as(message, tags.get(message.key())));
        }
        return copies.isEmpty() ? Map.of() : keys(to.folder().take(to.file(), to.index(), copies), tags);
    }

    private static Map<String, String> move(Side from, List<String> keys, Side to) throws IOException {
        var messages = from.messages(keys);
        if (messages.isEmpty()) {
            return Map.of();
        }
        long validity = from.folder().uidValidity(from.index());
        var tags = new LinkedHashMap<String, String>();
        var coming = new ArrayList<Arrival.Transferred>();
        for (var message : messages) {
            var tag = Arrival.moveTag(from.folder().place().name(), validity, message.marks().uid());
            tags.put(message.key(), tag);
            var before = to.index().message("p" + tag);
            if (before.isEmpty() || !Torn.intact(to.file(), before.get())) {
                coming.add(from.as(message, tag));
            }
        }
        var now = coming.isEmpty() ? to.index() : to.folder().take(to.file(), to.index(), coming);
        var moved = keys(now, tags);
        from.folder().remove(from.file(), from.folder() == to.folder() ? now : from.index(), Set.copyOf(tags.keySet()));
        return moved;
    }

    private static Map<String, String> keys(Index index, Map<String, String> tags) {
        var byTag = LinkedHashMap.<String, String>newLinkedHashMap(tags.size());
        for (var message : index.messages()) {
            message.marks().id().ifPresent(id -> byTag.put(id.tag(), message.key()));
        }
        var keys = new LinkedHashMap<String, String>();
        tags.forEach((key, tag) -> keys.put(key, byTag.get(tag)));
        return keys;
    }
}
