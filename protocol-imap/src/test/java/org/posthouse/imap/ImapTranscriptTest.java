package org.posthouse.imap;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.posthouse.net.Transcript;

final class ImapTranscriptTest {
    @TestFactory
    Stream<DynamicTest> transcripts() {
        return Transcript.tests(ImapStage::new);
    }
}
