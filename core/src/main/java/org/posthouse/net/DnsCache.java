package org.posthouse.net;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.xbill.DNS.Record;

/**
 * Answers as long as they live, and what could not be learned for a few seconds (RFC 9520 §3.2); the one that was not asked for
 * the longest goes when there are too many, or too much is in them.
 */
final class DnsCache {
    /** The name as it is asked for, in lower case, and a type. */
    record Question(String name, int type) {}

    private record Kept(Dns.Answer<Record> answer, Instant until, int octets) {}

    private static final int OF_EACH = 400; // an entry without its records takes about as many
    private static final int OF_EACH_RECORD = 200; // beside what it has on the way, where names are written short

    private final int mostOctets;
    private final InstantSource clock;
    private final Lock entries = new ReentrantLock();
    private final Map<Question, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long octets;

    DnsCache(int mostOctets, InstantSource clock) {
        this.mostOctets = mostOctets;
        this.clock = clock;
    }

    /** With the time it still lives. */
    Optional<Dns.Answer<Record>> get(Question question) {
        entries.lock();
        try {
            var found = kept.get(question);
            if (found == null) {
                return Optional.empty();
            }
            var left = Duration.between(clock.instant(), found.until);
            if (!left.isPositive()) {
                remove(question);
                return Optional.empty();
            }
            return Optional.of(found.answer instanceof Dns.Found<Record>(var records, var name, var authentic, _)
                    ? new Dns.Found<>(records, name, authentic, left) : found.answer);
        } finally {
            entries.unlock();
        }
    }

    /** @param size of the answer, in octets */
    void put(Question question, Dns.Answer<Record> answer, Duration life, int size) {
        if (!life.isPositive()) {
            return;
        }
        entries.lock();
        try {
            remove(question);
            int all = size + OF_EACH + (answer instanceof Dns.Found<Record> found ? found.records().size() * OF_EACH_RECORD : 0);
            kept.put(question, new Kept(answer, clock.instant().plus(life), all));
            octets += all;
            while (octets > mostOctets) {
                remove(kept.keySet().iterator().next());
            }
        } finally {
            entries.unlock();
        }
    }

    private void remove(Question question) {
        var gone = kept.remove(question);
        octets -= gone == null ? 0 : gone.octets;
    }

    int size() {
        entries.lock();
        try {
            return kept.size();
        } finally {
            entries.unlock();
        }
    }
}
