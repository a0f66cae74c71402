package org.posthouse.message;

/** A setting's value that a component refuses in its constructor: the key as written in the file, and what would be right. */
public final class BadSetting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String mend;

    public BadSetting(String key, String mend) {
        super(key + ": " + mend);
        this.key = key;
        this.mend = mend;
    }

    public String key() {
        return key;
    }

    /** What is wrong and what would be right, for the operator. */
    public String mend() {
        return mend;
    }
}
