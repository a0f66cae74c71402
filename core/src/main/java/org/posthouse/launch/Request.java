package org.posthouse.launch;

import java.io.ByteArrayInputStream;
import java.io.Console;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A command as it is sent: its words and its standard input.
 *
 * @param words the command's name first
 */
record Request(List<String> words, InputStream in) {
    private static final String STDIN = "--password-stdin";

    /** With the password asked for at the terminal, where the command needs one and does not get it by its standard input. */
    static Request of(List<String> words, InputStream in) throws BadUse {
        if (!needsPassword(words)) {
            return new Request(words, in);
        }
        var console = Optional.ofNullable(System.console()).filter(Console::isTerminal)
                .orElseThrow(() -> new BadUse("no terminal to ask for the password; write " + STDIN));
        var longer = new ArrayList<>(words);
        longer.add(STDIN);
        return new Request(List.copyOf(longer), new ByteArrayInputStream(password(console)));
    }

    private static boolean needsPassword(List<String> words) {
        return words.size() > 2 && words.get(0).equals("user") && List.of("add", "password").contains(words.get(1))
                && !words.contains(STDIN);
    }

    private static byte[] password(Console console) throws BadUse {
        char[] first = read(console, "Password: ");
        char[] second = read(console, "Again: ");
        try {
            if (!Arrays.equals(first, second)) {
                throw new BadUse("the two passwords differ; nothing was changed");
            }
            ByteBuffer octets = StandardCharsets.UTF_8.encode(CharBuffer.wrap(first));
            byte[] line = Arrays.copyOf(octets.array(), octets.limit() + 1);
            line[octets.limit()] = '\n';
            return line;
        } finally {
            Arrays.fill(first, ' ');
            Arrays.fill(second, ' ');
        }
    }

    private static char[] read(Console console, String prompt) throws BadUse {
        return Optional.ofNullable(console.readPassword(prompt))
                .orElseThrow(() -> new BadUse("no password; nothing was changed"));
    }
}
