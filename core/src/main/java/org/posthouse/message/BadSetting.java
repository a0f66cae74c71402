package org.posthouse.message;

/** A setting's value that a component refuses in its constructor: the key as written in the file, and what would be right. */
public final class BadSetting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String mend;
    private final String section;

    public BadSetting(String key, String mend) {
        this("", key, mend);
    }

    private BadSetting(String section, String key, String mend) {
        super(key + ": " + mend);
        this.section = section;
        this.key = key;
        this.mend = mend;
    }

    /** The same, of this section of several that were checked together: {@code listener mx}. */
    public BadSetting in(String section) {
        return new BadSetting(section, key, mend);
    }

    /** As in the file; empty when only one section was being checked. */
    public String section() {
        return section;
    }

    public String key() {
        return key;
    }

    /** What is wrong and what would be right, for the operator. */
    public String mend() {
        return mend;
    }
}
