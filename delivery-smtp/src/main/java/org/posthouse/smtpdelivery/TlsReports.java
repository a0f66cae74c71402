package org.posthouse.smtpdelivery;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.net.Dns;
import org.posthouse.net.Site;
import org.posthouse.pipeline.Intake;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.state.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells domains that want to know it how TLS with them went (RFC 8460): each day is told on the next, once, as soon as mail can be put
 * in and the domain's record can be looked up. What could not be told for two days is forgotten.
 */
final class TlsReports {
    private static final Logger LOG = LoggerFactory.getLogger("delivery-smtp");
    private static final Duration BETWEEN = Duration.ofMinutes(10);
    private static final Duration AFTER_MIDNIGHT = Duration.ofHours(1); // sessions of the day are over by then
    private static final Duration REMEMBERED = Duration.ofDays(4);
    private static final int LONGEST_DOMAIN = 230;

    private final TlsResults results;
    private final Space space;
    private final Dns dns;
    private final Intake intake;
    private final Site site;
    private final Address from;
    private final InstantSource clock;
    private Optional<Thread> thread = Optional.empty();

    TlsReports(TlsResults results, Space space, Dns dns, Intake intake, Site site, Address from, InstantSource clock) {
        this.results = results;
        this.space = space;
        this.dns = dns;
        this.intake = intake;
        this.site = site;
        this.from = from;
        this.clock = clock;
    }

    void begin() {
        thread = Optional.of(Thread.ofVirtual().name("delivery-smtp reports").start(this::run));
    }

    void end() {
        thread.ifPresent(Thread::interrupt);
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(BETWEEN);
                tell();
            } catch (InterruptedException e) {
                return; // shutting down
            } catch (IOException e) {
                LOG.info("reports wait cause=\"{}\"", e.toString());
            } catch (RuntimeException e) { // the boundary of one round
                LOG.error("reports", e);
            }
        }
    }

    /** What is due now. */
    void tell() throws IOException {
        var today = LocalDate.ofInstant(clock.instant().minus(AFTER_MIDNIGHT), ZoneOffset.UTC);
        for (var day : List.of(today.minusDays(2), today.minusDays(1))) {
            var byDomain = new LinkedHashMap<String, List<TlsResults.Counted>>();
            for (var counted : results.of(day)) {
                byDomain.computeIfAbsent(counted.what().domain(), _ -> new ArrayList<>()).add(counted);
            }
            for (var each : byDomain.entrySet()) {
                tell(new TlsReport(each.getKey(), day, each.getValue(), site.hostname(), from));
            }
        }
    }

    private void tell(TlsReport report) throws IOException {
        var domain = report.domain();
        var mark = "told " + report.day() + " " + domain.substring(0, Math.min(domain.length(), LONGEST_DOMAIN));
        if (space.putIfAbsent(mark, "", REMEMBERED).isPresent()) {
            return;
        }
        boolean over = false;
        try {
            over = told(report);
        } finally {
            if (!over) {
                space.remove(mark);
            }
        }
    }

    /** False when it is to be tried again. */
    private boolean told(TlsReport report) throws IOException {
        return switch (dns.txt("_smtp._tls." + report.domain())) {
            case Dns.Unknown<String> _ -> false;
            case Dns.None<String> _ -> true;
            case Dns.Found<String>(var texts, _, _, _) -> {
                var record = ReportRecord.parse(texts);
                boolean taken = record.isEmpty() || record.get().mail().isEmpty();
                for (var to : record.map(ReportRecord::mail).orElse(List.of())) {
                    taken |= sent(report, to); // who has it in one place is told
                }
                yield taken;
            }
        };
    }

    /** False when it was refused for now. */
    private boolean sent(TlsReport report, Address to) throws IOException {
        var message = report.message(to, clock.instant().atZone(ZoneOffset.UTC));
        try (var transaction = intake.beginOwn("delivery-smtp")) {
            transaction.from(new Sender(from));
            transaction.to(new Recipient(to));
            var became = transaction.data(new ByteArrayInputStream(message)).each().values();
            LOG.info("report id={} domain={} day={} to=<{}> became={}", transaction.id(), report.domain(), report.day(), to, became);
            return became.stream().noneMatch(s -> s.temporary());
        } catch (Refusal refusal) {
            LOG.info("report domain={} day={} to=<{}> refused=\"{}\"", report.domain(), report.day(), to, refusal.status());
            return !refusal.status().temporary();
        }
    }
}
