package org.posthouse.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Inputs that consist of several things, with 0x1e between them. */
public final class Pieces {
    public static final byte APART = 0x1e;

    private Pieces() {}

    /** All pieces from that octet on; at least {@code fewest}, the missing ones empty. */
    public static List<byte[]> of(byte[] input, int from, int fewest) {
        var pieces = new ArrayList<byte[]>();
        int begin = Math.min(from, input.length);
        for (int i = begin; i <= input.length; i++) {
            if (i == input.length || input[i] == APART) {
                pieces.add(Arrays.copyOfRange(input, begin, i));
                begin = i + 1;
            }
        }
        while (pieces.size() < fewest) {
            pieces.add(new byte[0]);
        }
        return pieces;
    }
}
