package org.posthouse.filedirectory;

/** {@code !} or {@code *} in a password's place, as in shadow files: the account gets mail, and no password lets in. */
record Locked() implements Verifier {
    static boolean is(String text) {
        return text.startsWith("!") || text.equals("*");
    }

    @Override public boolean matches(byte[] password) {
        return false;
    }

    /** Readable, so that trying it costs nothing and what a wrong password costs is spent elsewhere. */
    @Override public Strength strength() {
        return Strength.READABLE;
    }
}
