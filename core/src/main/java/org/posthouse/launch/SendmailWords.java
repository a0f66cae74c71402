package org.posthouse.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command line of sendmail as programs write it. Options may stand together ({@code -oi -t}, {@code -ti}); those that mean nothing here are
 * taken and forgotten.
 *
 * @param mode what to do: {@code m} take a message, {@code s} speak SMTP, {@code v} look addresses up, {@code p} list the queue, {@code i} nothing, {@code q} try the queue
 * @param dotEnds whether a dot alone on a line ends the message
 */
record SendmailWords(char mode, boolean fromHeader, boolean dotEnds, Optional<String> from, Optional<String> name, Optional<String> events,
        Optional<String> ret, Optional<String> envelopeId, List<String> recipients) {
    private static final String WITH_VALUE = "ABCDFLMNOQRSVXbfhopr";
    private static final String MODES = "msvpi";

    SendmailWords {
        recipients = List.copyOf(recipients);
    }

    /** @param called the name it was called by */
    static SendmailWords of(String called, List<String> words) throws BadUse {
        var reading = new Reading();
        reading.mode = called.equals("mailq") ? 'p' : called.equals("newaliases") ? 'i' : 'm';
        var left = new ArrayList<>(words);
        while (!left.isEmpty() && left.getFirst().startsWith("-") && left.getFirst().length() > 1) {
            var word = left.removeFirst();
            if (word.equals("--")) {
                break;
            }
            reading.options(word, left);
        }
        return new SendmailWords(reading.mode, reading.fromHeader, reading.dotEnds, reading.from, reading.name, reading.notify, reading.ret,
                reading.envelopeId, left);
    }

    /** What was said so far. */
    private static final class Reading {
        private char mode;
        private boolean fromHeader;
        private boolean dotEnds = true;
        private Optional<String> from = Optional.empty();
        private Optional<String> name = Optional.empty();
        private Optional<String> notify = Optional.empty();
        private Optional<String> ret = Optional.empty();
        private Optional<String> envelopeId = Optional.empty();

        void options(String word, List<String> rest) throws BadUse {
            for (int i = 1; i < word.length(); i++) {
                char letter = word.charAt(i);
                if (letter == 'q' || letter == 'd') { // their values are attached, if there are any
                    mode = letter == 'q' ? 'q' : mode;
                    return;
                }
                if (WITH_VALUE.indexOf(letter) >= 0) {
                    boolean attached = i + 1 < word.length();
                    if (!attached && rest.isEmpty()) {
                        throw new BadUse("-" + letter + " needs a value");
                    }
                    take(letter, attached ? word.substring(i + 1) : rest.removeFirst());
                    return;
                }
                flag(letter);
            }
        }

        private void flag(char letter) throws BadUse {
            switch (letter) {
                case 't' -> fromHeader = true;
                case 'i' -> dotEnds = false;
                case 'I' -> mode = 'i';
                case 'E', 'G', 'U', 'T', 'c', 'e', 'm', 'n', 's', 'v', 'x' -> { }
                default -> throw new BadUse("there is no option -" + letter);
            }
        }

        private void take(char letter, String value) throws BadUse {
            switch (letter) {
                case 'b' -> {
                    if (value.length() != 1 || MODES.indexOf(value.charAt(0)) < 0) {
                        throw new BadUse("there is no mode -b" + value + "; posthouse run is the server");
                    }
                    mode = value.charAt(0);
                }
                case 'f', 'r' -> from = Optional.of(value.replaceFirst("^<(.*)>$", "$1"));
                case 'F' -> name = Optional.of(value);
                case 'N' -> notify = Optional.of(value);
                case 'R' -> ret = Optional.of(value);
                case 'V' -> envelopeId = Optional.of(value);
                case 'o' -> dotEnds &= !value.equals("i");
                case 'O' -> dotEnds &= !value.matches("(?i)IgnoreDots(=t.*)?");
                default -> { }
            }
        }
    }
}
