package org.posthouse.maildir;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.posthouse.maildir.UidList.Row;

/**
 * The rows of a uidlist by the base of the file name, in the order of their lines: read from the list's text when they are asked
 * for, since objects for each would take three times as much memory. Immutable.
 */
final class UidRows extends AbstractMap<String, Row> {
    private final String text;
    private final int[] lines; // where they begin; in order
    private final int[] slots; // where a line begins, by its base's hash; 0, where the header is, for none

    /**
     * @param text  of one octet a character
     * @param lines where in it lines begin that have a UID and a base; of several with the same base the last one counts
     */
    UidRows(String text, int[] lines) {
        this.text = text;
        this.slots = new int[Math.max(4, Integer.highestOneBit(lines.length) * 4)];
        boolean repeats = false;
        for (int line : lines) {
            int slot = slot(base(line));
            repeats |= slots[slot] != 0;
            slots[slot] = line;
        }
        this.lines = repeats ? Arrays.stream(lines).filter(line -> slots[slot(base(line))] == line).toArray() : lines;
    }

    /** Its own, or the free one where it belongs. */
    private int slot(String base) {
        int hash = base.hashCode() * 0x9E3779B9;
        int slot = hash >>> 7 & slots.length - 1;
        while (slots[slot] != 0 && !hasBase(slots[slot], base)) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private boolean hasBase(int line, String base) {
        int from = beginOfBase(line);
        return text.startsWith(base, from) && isEndOfBase(from + base.length());
    }

    private int beginOfBase(int line) {
        return text.indexOf(" :", line) + 2;
    }

    private boolean isEndOfBase(int at) {
        return text.charAt(at) == ':' || text.charAt(at) == '\n';
    }

    private String base(int line) {
        int from = beginOfBase(line);
        int end = from;
        while (!isEndOfBase(end)) {
            end++;
        }
        return text.substring(from, end);
    }

    private Row row(int line) {
        int space = text.indexOf(' ', line);
        return new Row(Long.parseLong(text, line, space, 10), text.substring(space, text.indexOf(" :", line)));
    }

    @Override
    public Row get(Object base) {
        int line = base instanceof String name ? slots[slot(name)] : 0;
        return line == 0 ? null : row(line);
    }

    @Override
    public boolean containsKey(Object base) {
        return get(base) != null;
    }

    @Override
    public int size() {
        return lines.length;
    }

    @Override
    public Set<Map.Entry<String, Row>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, Row>> iterator() {
                return IntStream.of(lines).mapToObj(line -> Map.entry(base(line), row(line))).iterator();
            }

            @Override
            public int size() {
                return lines.length;
            }
        };
    }
}
