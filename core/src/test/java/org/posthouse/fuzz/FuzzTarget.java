package org.posthouse.fuzz;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A parser that takes any octets: it throws nothing but what it is declared to throw, ends soon, and allocates in proportion to
 * what it got. A parser's target is one small test class that implements this; its name ends in {@code FuzzTest}.
 *
 * <p>Every build replays the target's seeds and the inputs kept in {@code src/test/resources/fuzz/<class>/}, where every input
 * that has shown a defect stays. {@code mvn -Pfuzz test} looks for more, each target for {@code -Dfuzz.seconds}.
 */
public interface FuzzTarget {
    /** Parses the input, and checks what can be said of the outcome. Catches what the parser is declared to throw, and no more. */
    void take(byte[] input) throws Exception;

    /** Inputs to begin with, as ISO-8859-1. */
    List<String> seeds();

    /** Tokens of the language, as ISO-8859-1; those that the parser compares with are found without. */
    default List<String> words() {
        return List.of();
    }

    /** Octets of the longest input to try. */
    default int longest() {
        return 4096;
    }

    /** What an input of so many octets may cost in memory, in octets, with what the test itself needs. */
    default long mayAllocate(int octets) {
        return (1 << 20) + 500L * octets;
    }

    @Test
    default void takesWhatIsKept() throws Exception {
        var watch = new Watch(this);
        for (var input : Kept.of(this)) {
            watch.take(input);
        }
    }

    @Test
    @Tag("fuzz")
    default void takesAnything() throws Exception {
        new Campaign(this).run();
    }
}
