package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.posthouse.state.SetClock;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

class DnsCacheTest {
    /** On the way names are written short; in memory each record has its own. */
    @Test
    void anAnswerCountsByItsRecordsToo() throws Exception {
        var cache = new DnsCache(300_000, new SetClock());
        Record record = new ARecord(Name.fromString("a.test."), DClass.IN, 60, InetAddress.ofLiteral("192.0.2.1"));
        for (int i = 0; i < 10; i++) {
            cache.put(new DnsCache.Question("a" + i + ".test", Type.A),
                    new Dns.Found<>(Collections.nCopies(1_000, record), "a.test", false, Duration.ofMinutes(1)), Duration.ofMinutes(1), 16_000);
        }
        assertEquals(1, cache.size());
    }
}
