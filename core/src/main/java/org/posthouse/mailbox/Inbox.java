package org.posthouse.mailbox;

/** The folder that always is, and whose name may be written in any case of letters (RFC 9051 §5.1). */
public final class Inbox {
    public static final String NAME = "INBOX";

    private static final String LEVEL = NAME + "/";

    private Inbox() {}

    /** The one spelling of a folder's name, also where INBOX is its first level. */
    public static String canonical(String name) {
        if (name.equalsIgnoreCase(NAME)) {
            return NAME;
        }
        return name.regionMatches(true, 0, LEVEL, 0, LEVEL.length()) ? LEVEL + name.substring(LEVEL.length()) : name;
    }
}
