package org.posthouse.pop3;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.posthouse.net.Transcript;

final class Pop3TranscriptTest {
    @TestFactory
    Stream<DynamicTest> transcripts() {
        return Transcript.tests(Pop3Stage::new);
    }
}
