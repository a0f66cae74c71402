package org.posthouse.h2state;

/** A value and the moment its life ends, in milliseconds since 1970; in the file {@code END value}, END in base 36. */
record Entry(long end, String value) {
    private static final int RADIX = 36;

    static Entry read(String written) {
        int space = written.indexOf(' ');
        return new Entry(Long.parseLong(written, 0, space, RADIX), written.substring(space + 1));
    }

    String written() {
        return Long.toString(end, RADIX) + ' ' + value;
    }
}
