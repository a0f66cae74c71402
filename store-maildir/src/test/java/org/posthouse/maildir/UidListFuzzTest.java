package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** A uidlist that was read is written and read as the same; its UIDs ascend and the next is beyond them all. */
final class UidListFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        UidList.parse(input).ifPresent(list -> {
            check(list);
            var again = UidList.parse(list.octets()).orElseThrow();
            check(again);
            assertEquals(list.rows(), again.rows());
            assertEquals(List.of(list.validity(), list.next(), false), List.of(again.validity(), again.next(), again.torn()));
        });
    }

    private static void check(UidList list) {
        long last = 0;
        for (var row : list.rows().values()) {
            assertTrue(row.uid() > last && row.uid() <= UidList.LARGEST_UID, list::toString);
            row.withCrlf();
            last = row.uid();
        }
        assertTrue(list.validity() > 0 && list.next() > last, list::toString);
    }

    @Override
    public List<String> seeds() {
        return List.of("3 V1275660208 N25022 G3085f01b7f11094c501100008c4a11c1\n25006 :1276528487.M364837P9451.kurkku,S=1355,W=1394:2,\n25017 W2481 :1276533073.x\n",
                "3 V1 N1\n1 :a\n2 W5 P3 :b:2,S\n2 :c\n1 :d\nx :e\n3 :f", "3 V1\n4294967295 :a\n4294967296 :b\n", "1 2 3\n", "3 N5 V2 Nx\n1 :a\n2 :a\n", "3 V1 N999999999999999\n");
    }
}
