package org.posthouse.smtpdelivery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.posthouse.message.Address;
import org.posthouse.observe.Json;

/**
 * What one domain is told of one day (RFC 8460).
 *
 * @param day       in UTC
 * @param submitter our host's name
 * @param contact   whom to ask about it, and who sends it
 */
record TlsReport(String domain, LocalDate day, List<TlsResults.Counted> results, String submitter, Address contact) {
    private static final String BOUNDARY = "=_tls-report";
    private static final int TEXT_OF_A_LINE = 76;

    private record Policy(String type, List<String> published) {}

    TlsReport {
        results = List.copyOf(results);
    }

    private String id() {
        return day + "." + domain + "@" + submitter;
    }

    /** RFC 8460 §4.4. */
    String json() {
        var policies = new LinkedHashMap<Policy, List<TlsResults.Counted>>();
        for (var result : results) {
            policies.computeIfAbsent(new Policy(result.what().policy(), result.what().published()), _ -> new ArrayList<>()).add(result);
        }
        return Json.of(fields("organization-name", submitter, "date-range",
                fields("start-datetime", day + "T00:00:00Z", "end-datetime", day + "T23:59:59Z"), "contact-info", contact, "report-id", id(),
                "policies", policies.entrySet().stream().map(e -> told(e.getKey(), e.getValue())).toList()));
    }

    private Map<String, Object> told(Policy policy, List<TlsResults.Counted> results) {
        var about = fields("policy-type", policy.type, "policy-string", policy.published, "policy-domain", domain);
        var hosts = policy.published.stream().filter(l -> l.startsWith("mx: ")).map(l -> l.substring("mx: ".length())).toList();
        if (!hosts.isEmpty()) {
            about.put("mx-host", hosts);
        }
        var failed = results.stream().filter(r -> !r.what().successful()).toList();
        long successes = results.stream().filter(r -> r.what().successful()).mapToLong(TlsResults.Counted::sessions).sum();
        long failures = failed.stream().mapToLong(TlsResults.Counted::sessions).sum();
        var told = fields("policy", about, "summary", fields("total-successful-session-count", successes, "total-failure-session-count", failures));
        if (!failed.isEmpty()) {
            told.put("failure-details", failed.stream().map(TlsReport::failure).toList());
        }
        return told;
    }

    private static Map<String, Object> failure(TlsResults.Counted failed) {
        var what = failed.what();
        var told = fields("result-type", what.result(), "sending-mta-ip", what.from(), "receiving-mx-hostname", what.host(),
                "receiving-ip", what.address(), "failed-session-count", failed.sessions());
        told.values().removeIf(""::equals);
        return told;
    }

    /** Names and values, one after the other. */
    private static Map<String, Object> fields(Object... each) {
        var fields = new LinkedHashMap<String, Object>();
        for (int i = 0; i < each.length; i += 2) {
            fields.put(each[i].toString(), each[i + 1]);
        }
        return fields;
    }

    /** The message (RFC 8460 §5.3), which TLS that fails does not keep back (RFC 8689 §5). */
    byte[] message(Address to, ZonedDateTime now) throws IOException {
        var file = submitter + "!" + domain + "!" + day.atStartOfDay(ZoneOffset.UTC).toEpochSecond() + "!"
                + (day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toEpochSecond() - 1) + ".json.gz";
        return """
                From: <%1$s>
                To: <%2$s>
                Date: %3$s
                Message-ID: <%4$s>
                Subject: Report Domain: %5$s
                 Submitter: %6$s
                 Report-ID: <%4$s>
                TLS-Report-Domain: %5$s
                TLS-Report-Submitter: %6$s
                TLS-Required: No
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type="tlsrpt";
                 boundary="%7$s"

                --%7$s
                Content-Type: text/plain; charset=us-ascii

                How TLS went on %8$s (UTC) for mail from %6$s
                to %5$s, as JSON (RFC 8460).

                --%7$s
                Content-Type: application/tlsrpt+gzip
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment;
                 filename="%9$s"

                %10$s
                --%7$s--
                """.formatted(contact, to, DateTimeFormatter.RFC_1123_DATE_TIME.format(now), id(), domain, submitter, BOUNDARY, day, file, packed())
                .replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private String packed() throws IOException {
        var octets = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(octets)) {
            zip.write(json().getBytes(StandardCharsets.UTF_8));
        }
        return Base64.getMimeEncoder(TEXT_OF_A_LINE, new byte[] {'\n'}).encodeToString(octets.toByteArray());
    }
}
