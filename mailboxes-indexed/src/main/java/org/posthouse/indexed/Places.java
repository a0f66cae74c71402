package org.posthouse.indexed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Offsets by UID, in 16 to 32 octets each instead of a hundred. */
final class Places {
    static final long NONE = -1;

    private int[] uids = new int[16]; // without sign; 0 is a free slot
    private long[] offsets = new long[16];
    private int used;

    void put(long uid, long offset) {
        if (4 * used >= 3 * uids.length) {
            grow();
        }
        int slot = slot(uid);
        used += uids[slot] == 0 ? 1 : 0;
        uids[slot] = (int) uid;
        offsets[slot] = offset;
    }

    /** {@link #NONE} where there is none. */
    long get(long uid) {
        int slot = slot(uid);
        return uids[slot] == (int) uid ? offsets[slot] : NONE;
    }

    void remove(long uid) {
        int slot = slot(uid);
        if (uids[slot] == (int) uid) {
            offsets[slot] = NONE; // the slot stays taken, so that what lies behind it is still found
        }
    }

    private int slot(long uid) {
        int slot = (int) (uid * 0x9E3779B97F4A7C15L >>> 40) & uids.length - 1;
        while (uids[slot] != 0 && uids[slot] != (int) uid) {
            slot = slot + 1 & uids.length - 1;
        }
        return slot;
    }

    private void grow() {
        var oldUids = uids;
        var oldOffsets = offsets;
        uids = new int[2 * all().size() < oldUids.length ? oldUids.length : 2 * oldUids.length]; // half of them may be of what is gone
        offsets = new long[uids.length];
        used = 0;
        for (int i = 0; i < oldUids.length; i++) {
            if (oldUids[i] != 0 && oldOffsets[i] != NONE) {
                put(Integer.toUnsignedLong(oldUids[i]), oldOffsets[i]);
            }
        }
    }

    void clear() {
        Arrays.fill(uids, 0);
        used = 0;
    }

    List<Note.Placed.Place> all() {
        var all = new ArrayList<Note.Placed.Place>();
        for (int i = 0; i < uids.length; i++) {
            if (uids[i] != 0 && offsets[i] != NONE) {
                all.add(new Note.Placed.Place(Integer.toUnsignedLong(uids[i]), offsets[i]));
            }
        }
        return all;
    }
}
