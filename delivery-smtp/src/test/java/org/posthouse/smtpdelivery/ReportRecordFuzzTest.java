package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** Who is named for reports can be written into a header, or nobody is named. */
final class ReportRecordFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        var texts = new String(input, StandardCharsets.ISO_8859_1).split("\0", 3);
        ReportRecord.parse(List.of(texts)).ifPresent(record -> {
            assertFalse(record.mail().isEmpty() && record.https().isEmpty());
            assertTrue(record.mail().size() <= 10 && record.mail().stream().allMatch(a -> a.hasDomain() && !a.isInternational()));
            assertTrue(record.mail().stream().allMatch(a -> a.toString().chars().allMatch(c -> c > ' ' && c <= '~')));
        });
    }

    @Override
    public List<String> seeds() {
        return List.of("v=TLSRPTv1; rua=mailto:a@b.test", "v=TLSRPTv1;rua=https://a.test/x,mailto:%61%40b@c.test?subject=x; k=v", "v=TLSRPTv1\0v=TLSRPTv1;rua=",
                "v=TLSRPTv1; rua=mailto:%0d%0a@b.test,mailto:\"a b\"@c.test,mailto:a@[192.0.2.1]");
    }

    @Override
    public List<String> words() {
        return List.of("mailto:", "https://", "v=TLSRPTv1;", "rua=", "%0d", "%22");
    }
}
