package org.posthouse.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * The addresses in a To, Cc or Bcc field (RFC 5322 §3.4): of each mailbox what is between the angle brackets, or else what is left
 * without comments and spaces; of a group its members. What is no address is found out later.
 */
final class AddressList {
    private final String text;
    private final List<String> found = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private int at;
    private boolean over;

    private AddressList(String text) {
        this.text = text;
    }

    static List<String> of(String field) {
        var list = new AddressList(field);
        list.read();
        return List.copyOf(list.found);
    }

    private void read() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            switch (c) {
                case '(' -> comment();
                case '"' -> quoted();
                case '<' -> bracketed();
                case ',', ';' -> end();
                case ':' -> colon(); // after the name of a group
                default -> {
                    if (c > ' ') {
                        word.append(c);
                    }
                }
            }
        }
        end();
    }

    /** Comments nest (§3.2.2). */
    private void comment() {
        for (int depth = 1; at < text.length() && depth > 0; at++) {
            switch (text.charAt(at)) {
                case '(' -> depth++;
                case ')' -> depth--;
                case '\\' -> at++;
                default -> { }
            }
        }
    }

    private void quoted() {
        word.append('"');
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                word.append(text.charAt(at++));
            }
            word.append(text.charAt(at++));
        }
        at++;
        word.append('"');
    }

    /** What came before was a name; a route in front of the address is left out (§4.4). */
    private void bracketed() {
        word.setLength(0);
        while (at < text.length() && text.charAt(at) != '>') {
            char c = text.charAt(at++);
            switch (c) {
                case '"' -> quoted();
                case ':' -> colon();
                default -> {
                    if (c > ' ') {
                        word.append(c);
                    }
                }
            }
        }
        at++;
        end();
        over = true;
    }

    /** What came before it is no address, but for an IPv6 literal (RFC 5321 §4.1.3). */
    private void colon() {
        if (word.indexOf("@[") < 0) {
            word.setLength(0);
        } else {
            word.append(':');
        }
    }

    /** What stands between the brackets of an address and the next comma is none. */
    private void end() {
        if (!word.isEmpty() && !over) {
            found.add(word.toString());
        }
        word.setLength(0);
        over = false;
    }
}
