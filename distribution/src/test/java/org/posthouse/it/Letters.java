package org.posthouse.it;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Numbered letters whose text follows from the number, so that a reader knows of each whether it is whole. */
final class Letters {
    private static final int LONGEST_LINES = 300;

    private final AtomicInteger next = new AtomicInteger();

    int next() {
        return next.incrementAndGet();
    }

    static String text(int number) {
        var random = new Random(number);
        var text = new StringBuilder("Subject: letter " + number + "\r\n\r\n");
        int lines = random.nextInt(10) == 0 ? random.nextInt(LONGEST_LINES) : random.nextInt(20);
        for (int i = 0; i < lines; i++) {
            text.append(line(number, random.nextInt(6), i));
        }
        return text + "end of " + number + "\r\n";
    }

    private static String line(int number, int kind, int i) {
        return switch (kind) {
            case 0 -> "From " + number + " to " + i + "\r\n"; // what mbox has to mark
            case 1 -> ".\r\n"; // what SMTP and POP3 have to double
            case 2 -> "\r\n";
            default -> "line " + i + " of " + number + " with some words to make it longer\r\n";
        };
    }

    /** @param lines as they were read, with what servers put in front */
    static int number(List<String> lines) {
        var subject = lines.stream().filter(l -> l.startsWith("Subject: letter ")).findFirst().orElseThrow(() -> new AssertionError(lines));
        int number = Integer.parseInt(subject.substring("Subject: letter ".length()));
        var text = String.join("\r\n", lines.subList(lines.indexOf(subject), lines.size())) + "\r\n";
        if (!text.equals(text(number))) {
            throw new AssertionError("letter " + number + " is not whole: " + text);
        }
        return number;
    }
}
