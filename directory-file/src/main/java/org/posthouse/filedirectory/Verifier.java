package org.posthouse.filedirectory;

/** What is stored of a password, by which it is recognised. */
interface Verifier {
    /** What it takes to find the password behind a verifier, in ascending order. */
    enum Strength { READABLE, WEAK, FAIR, STRONG }

    /** Whether this is the password (in UTF-8). Compares in constant time and leaves the octets alone. */
    boolean matches(byte[] password);

    Strength strength();
}
