package org.posthouse.filedirectory;

/** A line that cannot be read: its number, and what would be right. */
final class BadLine extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    BadLine(int line, String mend) {
        super(mend, null, false, false);
        this.line = line;
    }

    int line() {
        return line;
    }
}
