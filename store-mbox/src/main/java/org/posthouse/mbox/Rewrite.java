package org.posthouse.mbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A plan for changing an mbox: which octets come where, and where the messages lie afterwards. A header that keeps its
 * length is written over in its place; from the first place on where lengths differ, all that follows moves.
 */
final class Rewrite {
    /** Octets of the file as it is, or new ones, or those of a message. */
    sealed interface Piece {
        long length();

        record Old(long from, long to) implements Piece {
            @Override
            public long length() {
                return to - from;
            }
        }

        /** A message to be encoded. */
        record Text(Encoder.Source source, long length) implements Piece {}

        record New(byte[] octets) implements Piece {
            @Override
            public long length() {
                return octets.length;
            }
        }
    }

    /** What comes to {@code at}. */
    record Extent(long at, List<Piece> pieces) {
        long length() {
            return pieces.stream().mapToLong(Piece::length).sum();
        }
    }

    private static final int NEAR = 64 * 1024;

    private final Access file;
    private final Map<String, Marks> marks = new HashMap<>();
    private final Set<String> removed;
    private final Optional<Marks.Base> base;
    private final List<Extent> extents = new ArrayList<>();
    private final List<Message> after = new ArrayList<>();
    private Extent tail;
    private long by;

    /**
     * @param marks   of those that change
     * @param removed the keys of those that go
     * @param base    for the first message that stays
     */
    Rewrite(Access file, Index index, Map<String, Marks> marks, Set<String> removed, Optional<Marks.Base> base) throws IOException {
        this.file = file;
        this.marks.putAll(marks);
        this.removed = removed;
        this.base = base;
        boolean first = true;
        for (var message : index.messages()) {
            if (removed.contains(message.key())) {
                begin(message.start());
                by -= message.end() - message.start();
                continue;
            }
            boolean becomesFirst = first && !index.messages().getFirst().equals(message);
            keep(message, first && base.isPresent(), becomesFirst || !base.equals(index.base()));
            first = false;
        }
        if (tail != null) {
            merge(tail.pieces());
        }
        bridge();
    }

    private void begin(long at) {
        if (tail == null) {
            tail = new Extent(at + by, new ArrayList<>());
            extents.add(tail);
        }
    }

    private void keep(Message message, boolean hasBase, boolean baseChanges) throws IOException {
        var now = marks.getOrDefault(message.key(), message.marks());
        if (!(hasBase && baseChanges) && now.equals(message.marks())) {
            if (tail != null) {
                tail.pieces().add(new Piece.Old(message.start(), message.end()));
            }
            after.add(message.moved(by, 0, now));
            return;
        }
        var name = message.pseudo() ? "X-IMAP" : "X-IMAPbase";
        var header = header(message, now, hasBase ? base.map(b -> b.line(name)).orElse("") : "");
        long longer = header.length - (message.body() - message.header());
        if (tail == null && longer == 0) {
            extents.add(new Extent(message.header(), List.of(new Piece.New(header))));
        } else {
            begin(message.header());
            if (tail.at() != message.header() || !tail.pieces().isEmpty()) {
                tail.pieces().add(new Piece.Old(message.start(), message.header()));
            }
            tail.pieces().add(new Piece.New(header));
            tail.pieces().add(new Piece.Old(message.body(), message.end()));
        }
        after.add(message.moved(by, longer, now));
        by += longer;
    }

    /** Our lines first, then the message's own. */
    private byte[] header(Message message, Marks now, String baseLine) throws IOException {
        byte[] before = file.octets(message.header(), message.body());
        var others = others(before);
        var lines = now.lines(baseLine, before.length - others.length);
        byte[] header = new byte[lines.length + others.length];
        System.arraycopy(lines, 0, header, 0, lines.length);
        System.arraycopy(others, 0, header, lines.length, others.length);
        return header;
    }

    /** The header without our lines; Content-Length stays where it says how a message's text is to be read. */
    private static byte[] others(byte[] header) {
        byte[] others = new byte[header.length];
        int n = 0;
        for (int from = 0; from < header.length; ) {
            int to = from;
            while (to < header.length && header[to] != '\n') {
                to++;
            }
            to = Math.min(header.length, to + 1);
            boolean ours = LineKind.of(header, from, to) == LineKind.OURS && (header[from] | 0x20) != 'c';
            if (!ours) {
                System.arraycopy(header, from, others, n, to - from);
                n += to - from;
            }
            from = to;
        }
        return Arrays.copyOf(others, n);
    }

    /** Neighbours that stay neighbours are copied as one. */
    private static void merge(List<Piece> pieces) {
        var merged = new ArrayList<Piece>();
        for (var piece : pieces) {
            if (piece instanceof Piece.Old(var from, var to) && !merged.isEmpty()
                    && merged.getLast() instanceof Piece.Old(var first, var end) && end == from) {
                merged.set(merged.size() - 1, new Piece.Old(first, to));
            } else {
                merged.add(piece);
            }
        }
        pieces.clear();
        pieces.addAll(merged);
    }

    /** Places that are near each other are written as one. */
    private void bridge() {
        var bridged = new ArrayList<Extent>();
        long end = 0;
        for (var extent : extents) {
            if (bridged.isEmpty() || extent.at() - end > NEAR) {
                bridged.add(new Extent(extent.at(), new ArrayList<>(extent.pieces())));
            } else {
                bridged.getLast().pieces().add(new Piece.Old(end, extent.at()));
                bridged.getLast().pieces().addAll(extent.pieces());
            }
            end = extent.at() + extent.length();
        }
        extents.clear();
        extents.addAll(bridged);
    }

    List<Extent> extents() {
        return extents;
    }

    List<Message> after() {
        return after;
    }

    /** How much longer the file becomes; negative when shorter. */
    long longer() {
        return by;
    }
}
