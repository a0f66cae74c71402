package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.message.Address;
import org.posthouse.smtpdelivery.TlsResults.Counted;

/** What is kept of a session is read as it was written, and told in whole lines. */
final class TlsResultFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) throws Exception {
        var read = TlsResult.read(new String(input, StandardCharsets.ISO_8859_1));
        if (read.isPresent()) {
            assertEquals(read, TlsResult.read(read.get().written()));
            var day = LocalDate.of(2026, 1, 1);
            var report = new TlsReport("a.test", day, List.of(new Counted(read.get(), 1)), "mail.test", new Address("a", "b.test"));
            var text = new String(report.message(new Address("c", "d.test"), day.atStartOfDay(ZoneOffset.UTC)), StandardCharsets.ISO_8859_1);
            assertTrue(text.lines().allMatch(l -> l.length() < 998 && l.chars().allMatch(c -> c >= ' ' && c <= '~')));
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("a.test\ttlsa\t3 1 1 00|3 1 1 01\tsuccessful\tmx.a.test\t192.0.2.1\t", "a.test\tsts\tmode: enforce|mx: *.a.test\tstarttls-not-supported\tm\t::1\t::2",
                "\t\t|\t\t\t\t", "\t\t\t\t\t\t");
    }

    @Override
    public long mayAllocate(int octets) {
        return (2 << 20) + 2_000L * octets;
    }
}
