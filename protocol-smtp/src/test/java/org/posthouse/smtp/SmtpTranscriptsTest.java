package org.posthouse.smtp;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.posthouse.net.Transcript;

final class SmtpTranscriptsTest {
    @TestFactory
    Stream<DynamicTest> transcripts() {
        return Transcript.tests(SmtpStage::new);
    }
}
