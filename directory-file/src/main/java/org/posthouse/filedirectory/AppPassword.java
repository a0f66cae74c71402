package org.posthouse.filedirectory;

import java.util.regex.Pattern;

/**
 * A further password of an account, for one program. It is long and random, so a plain digest is enough, and trying it costs
 * nothing.
 *
 * @param line counted from 1
 */
record AppPassword(String label, Users.Secret secret, int line) {
    static final String RULE = "a label has 1 to 40 letters, digits, dots, _ or -, and begins with a letter or digit";

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

    static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }
}
