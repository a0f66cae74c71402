package org.posthouse.net;

import java.net.IDN;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.observe.Metrics;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks resolvers and remembers what they say. dnsjava reads and writes the messages; sockets, time and memory are ours, on the
 * caller's thread.
 */
public final class DnsjavaDns implements Dns {
    private static final int PORT = 53;
    private static final int MOST_AT_ONCE = 256; // questions; each has a socket
    private static final int CACHE_OCTETS = 16 << 20;
    private static final int LONGEST_NAME = 1_000; // as it may be written, with U-labels
    private static final Duration SYSTEM_LOOK = Duration.ofSeconds(30);
    private static final Duration UNKNOWN_LIFE = Duration.ofSeconds(5); // RFC 9520 §3.2: 1 s to 5 min
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(10);

    /** What all views of this service share. */
    private static final class House {
        final ResolvConf system;
        final Metrics metrics;
        final InstantSource clock;
        final Semaphore asking = new Semaphore(MOST_AT_ONCE);
        final AtomicReference<Settings> settings;

        House(ResolvConf system, Metrics metrics, InstantSource clock) {
            this.system = system;
            this.metrics = metrics;
            this.clock = clock;
            settings = new AtomicReference<>(new Settings(List.of(), false, USUAL_PATIENCE, List.of(), 0, clock));
        }
    }

    /** With the answers that were learned under them. */
    private record Settings(List<NameServer> named, boolean trusted, Duration patience, List<NameServer> inUse, long looked,
                            NameServers servers, DnsCache cache) {
        Settings(List<NameServer> named, boolean trusted, Duration patience, List<NameServer> inUse, long looked, InstantSource clock) {
            this(named, trusted, patience, inUse, looked, new NameServers(inUse, trusted), new DnsCache(CACHE_OCTETS, clock));
        }

        Settings looked(long now) {
            return new Settings(named, trusted, patience, inUse, now, servers, cache);
        }
    }

    private final House house;
    private final Optional<Duration> patience;

    public DnsjavaDns(Metrics metrics, InstantSource clock) {
        this(Path.of("/etc/resolv.conf"), metrics, clock);
    }

    DnsjavaDns(Path system, Metrics metrics, InstantSource clock) {
        this(new House(new ResolvConf(system), metrics, clock), Optional.empty());
    }

    private DnsjavaDns(House house, Optional<Duration> patience) {
        this.house = house;
        this.patience = patience;
    }

    /** Of the top lines: {@code resolvers}, {@code dns-timeout} and {@code trust-ad}. */
    public void configure(Values top) {
        var named = top.list("resolvers").stream().map(r -> new NameServer(Setting.server("resolvers", r, PORT))).toList();
        var longest = top.duration("dns-timeout");
        if (!longest.isPositive()) {
            throw new BadSetting("dns-timeout", "'" + top.text("dns-timeout") + "' leaves no time to answer; write it like 10s");
        }
        var before = house.settings.get();
        boolean trusted = top.flag("trust-ad");
        if (!named.equals(before.named) || trusted != before.trusted || !longest.equals(before.patience)) {
            house.settings.set(new Settings(named, trusted, longest, named, 0, house.clock));
        }
    }

    @Override
    public Dns within(Duration longest) {
        return new DnsjavaDns(house, Optional.of(longest));
    }

    @Override
    public Answer<Mx> mx(String domain) {
        return lookUp(name(domain), Type.MX, r -> r instanceof MXRecord mx
                ? Optional.of(new Mx(mx.getPriority(), written(mx.getTarget()))) : Optional.empty());
    }

    @Override
    public Answer<InetAddress> a(String host) {
        return lookUp(name(host), Type.A, r -> r instanceof ARecord a ? Optional.of(a.getAddress()) : Optional.empty());
    }

    @Override
    public Answer<InetAddress> aaaa(String host) {
        return lookUp(name(host), Type.AAAA, r -> r instanceof AAAARecord a ? Optional.of(a.getAddress()) : Optional.empty());
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return lookUp(Optional.of(ReverseMap.fromAddress(address)), Type.PTR,
                r -> r instanceof PTRRecord ptr ? Optional.of(written(ptr.getTarget())) : Optional.empty());
    }

    @Override
    public Answer<String> txt(String name) {
        return lookUp(name(name), Type.TXT, r -> r instanceof TXTRecord txt ? Optional.of(joined(txt)) : Optional.empty());
    }

    private static String joined(TXTRecord txt) {
        var text = new StringBuilder();
        txt.getStringsAsByteArrays().forEach(octets -> text.append(new String(octets, StandardCharsets.ISO_8859_1)));
        return text.toString();
    }

    @Override
    public Answer<Tlsa> tlsa(String name) {
        return lookUp(name(name), Type.TLSA, r -> r instanceof TLSARecord t ? Optional.of(new Tlsa(t.getCertificateUsage(),
                t.getSelector(), t.getMatchingType(), t.getCertificateAssociationData())) : Optional.empty());
    }

    /** None for what cannot be a name; the root has no mail and no addresses. */
    static Optional<Name> name(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NAME) {
            return Optional.empty();
        }
        try {
            var ascii = IDN.toASCII(text, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
            boolean plain = ascii.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\' && c != '@' && c != '"');
            return plain && !ascii.equals(".") ? Optional.of(Name.fromString(ascii, Name.root)) : Optional.empty();
        } catch (IllegalArgumentException | TextParseException notAName) {
            return Optional.empty();
        }
    }

    static String written(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT).transform(n -> n.equals(".") ? "" : n);
    }

    private <T> Answer<T> lookUp(Optional<Name> name, int type, Function<Record, Optional<T>> read) {
        Answer<Record> answer = name.map(n -> lookUp(n, type)).orElse(new None<>(Absence.NAME, false));
        return switch (answer) {
            case Found<Record>(var records, var owner, var authentic, var life) -> {
                var values = records.stream().map(read).flatMap(Optional::stream).toList();
                yield values.isEmpty() ? new Unknown<>("the answer has other records than were asked for")
                        : new Found<>(values, owner, authentic, life);
            }
            case None<Record>(var what, var authentic) -> new None<>(what, authentic);
            case Unknown<Record>(var why) -> new Unknown<>(why);
        };
    }

    private Answer<Record> lookUp(Name name, int type) {
        var settings = current();
        var question = new DnsCache.Question(written(name), type);
        var known = settings.cache.get(question);
        var answer = known.orElseGet(() -> asked(settings, name, question));
        house.metrics.count("dns_lookups", "type", Type.string(type), "answer", switch (answer) {
            case Found<Record> _ -> "found";
            case None<Record> _ -> "none";
            case Unknown<Record> _ -> "unknown";
        }, "cached", known.isPresent() ? "yes" : "no");
        return answer;
    }

    /** Where none are named, the system's are looked at now and then: a machine that moves gets others. */
    private Settings current() {
        var now = house.settings.get();
        long time = house.clock.millis();
        if (!now.named.isEmpty() || Math.abs(time - now.looked) < SYSTEM_LOOK.toMillis()) {
            return now;
        }
        var system = house.system.servers();
        var next = system.equals(now.inUse) ? now.looked(time)
                : new Settings(List.of(), now.trusted, now.patience, system, time, house.clock);
        house.settings.compareAndSet(now, next); // or a reload was faster
        return next;
    }

    private Answer<Record> asked(Settings settings, Name name, DnsCache.Question question) {
        var longest = patience.filter(p -> p.compareTo(settings.patience) < 0).orElse(settings.patience);
        long start = System.nanoTime();
        long deadline = start + longest.toNanos();
        try {
            if (!house.asking.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                return new Unknown<>("too many look-ups at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Unknown<>("interrupted");
        }
        try {
            var learned = new DnsWalk(settings.servers, question.type(), deadline).from(name);
            settings.cache.put(question, learned.answer(), learned.life(), learned.octets());
            return learned.answer();
        } catch (DnsFailure e) {
            var unknown = new Unknown<Record>(e.getMessage());
            if (e.certain() || patience.isEmpty() && !Thread.currentThread().isInterrupted()) {
                settings.cache.put(question, unknown, UNKNOWN_LIFE, 0);
            }
            return unknown;
        } finally {
            house.asking.release();
            house.metrics.time("dns_time", Duration.ofNanos(System.nanoTime() - start), "type", Type.string(question.type()));
        }
    }

    /** The question as it is asked. */
    static Record question(Name name, int type) {
        return Record.newRecord(name, type, DClass.IN);
    }
}
