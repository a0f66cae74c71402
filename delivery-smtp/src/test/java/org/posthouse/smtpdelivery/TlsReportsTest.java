package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Contents;
import org.posthouse.message.Status;
import org.posthouse.net.Dns;
import org.posthouse.pipeline.Sender;

/** Domains are told how TLS with them went (RFC 8460). */
class TlsReportsTest extends Ground {
    private Certified certified;

    @BeforeEach
    void beginTls() throws Exception {
        certified = new Certified(home, "mx1.there.test");
        remote.certified(certified);
        dns.txt("_smtp._tls.there.test", "v=TLSRPTv1; rua=mailto:tls@reports.test");
        delivery = delivery(settings());
    }

    @Override
    Configs settings() {
        return super.settings().with("tls-reports", "postmaster@example.test").with("idle-connections", 0);
    }

    private void tlsa(byte[] digest) {
        var name = "_" + remote.port() + "._tcp.mx1.there.test";
        dns.authentic(true).forget(name).tlsa(name, new Dns.Tlsa(3, 1, 1, digest));
    }

    private void tell() throws IOException {
        delivery.reports().orElseThrow().tell();
    }

    private void aDayPasses() throws Exception {
        tlsa(certified.keyDigest());
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertEquals("delivered", brief(send(YAN).get(YAN)));
        tlsa(new byte[32]);
        assertEquals("deferred 4.7.5", brief(send(ZOE).get(ZOE)));
        clock.pass(Duration.ofHours(26));
    }

    private static String json(String message) throws IOException {
        var body = message.substring(message.indexOf(".json.gz\"\r\n\r\n") + ".json.gz\"\r\n\r\n".length(), message.lastIndexOf("\r\n--"));
        try (var in = new GZIPInputStream(new ByteArrayInputStream(Base64.getMimeDecoder().decode(body)))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aDayIsToldOnTheNextOnce() throws Exception {
        aDayPasses();
        tell();
        tell();
        assertEquals(1, intake.messages().size());
        var report = intake.messages().getFirst();
        assertEquals("tls@reports.test", report.to().getFirst().toString());
        assertEquals("postmaster@example.test", report.from().toString());
        var text = report.text();
        for (var line : List.of("TLS-Report-Domain: there.test\r\n", "TLS-Required: No\r\n", "Date: Fri, 2 Jan 2026 02:00:00 GMT\r\n",
                "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n", "Content-Type: application/tlsrpt+gzip\r\n",
                "!there.test!1767225600!1767311999.json.gz\"\r\n")) {
            assertTrue(text.contains(line), text);
        }
        var json = json(text);
        var policy = "{\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":[\"3 1 1 %s\"],\"policy-domain\":\"there.test\"},"
                + "\"summary\":{\"total-successful-session-count\":%d,\"total-failure-session-count\":%d}";
        assertTrue(json.contains(policy.formatted(HexFormat.of().formatHex(certified.keyDigest()), 2, 0) + "}"), json);
        assertTrue(json.contains(policy.formatted("00".repeat(32), 0, 1) + ",\"failure-details\":[{\"result-type\":\"tlsa-invalid\","
                + "\"sending-mta-ip\":\"127.0.0.1\",\"receiving-mx-hostname\":\"mx1.there.test\",\"receiving-ip\":\"127.0.0.1\","
                + "\"failed-session-count\":1}]}"), json);
        assertTrue(json.contains("\"date-range\":{\"start-datetime\":\"2026-01-01T00:00:00Z\",\"end-datetime\":\"2026-01-01T23:59:59Z\"},"
                + "\"contact-info\":\"postmaster@example.test\""), json);
    }

    @Test
    void whatCannotBeToldNowIsToldLater() throws Exception {
        aDayPasses();
        intake.refuseRecipient("tls@reports.test", new Status("4.4.1", "not now"));
        tell();
        intake.refuseRecipient("tls@reports.test", new Status("5.1.1", "never"));
        dns.unknown("_smtp._tls.there.test", "TXT");
        tell();
        assertEquals(List.of(), intake.messages());
        dns.forget("_smtp._tls.there.test").txt("_smtp._tls.there.test", "v=TLSRPTv1;rua=mailto:tls@reports.test,https://there.test/,mailto:other@reports.test");
        tell();
        assertEquals(List.of("other"), intake.messages().stream().map(m -> m.to().getFirst().address().local()).toList());
    }

    @Test
    void whoDoesNotAskIsNotTold() throws Exception {
        dns.forget("_smtp._tls.there.test");
        aDayPasses();
        tell();
        assertEquals(List.of(), intake.messages());
        assertTrue(delivery(super.settings()).reports().isEmpty());
        assertThrows(BadSetting.class, () -> delivery(super.settings().with("tls-reports", "postmaster")));
    }

    @Test
    void mailMayWaiveWhatIsPublished() throws Exception {
        tlsa(new byte[32]);
        var waived = Contents.of("TLS-Required: No\r\nSubject: report\r\n\r\n");
        assertEquals("delivered", brief(delivery.deliver(consignment("smtp", "there.test", waived, new Sender(ANN), ZOE)).get(ZOE)));
        assertEquals("deferred 4.7.5", brief(delivery.deliver(consignment("smtp", "there.test", waived, new Sender(ANN, Map.of("REQUIRETLS", "")), ZOE)).get(ZOE)));
    }

    @Test
    void onlyARecordThatIsOneNamesSomebody() {
        for (var none : List.of("", "v=TLSRPTv1", "v=TLSRPTv1;", "v=TLSRPTv1; rua=", "v=TLSRPTv2; rua=mailto:a@b.test", "v=TLSRPTv1; rua=ftp://b.test",
                "v=TLSRPTv1; rua=mailto:a", "v=TLSRPTv1; rua=mailto:%", "v=TLSRPTv1; rua=mailto:a%0d%0ab@c.test", " v=TLSRPTv1; rua=mailto:a@b.test")) {
            assertTrue(ReportRecord.parse(List.of(none)).isEmpty(), none);
        }
        assertTrue(ReportRecord.parse(List.of("v=TLSRPTv1;rua=mailto:a@b.test", "v=TLSRPTv1;rua=mailto:c@d.test")).isEmpty());
        var record = ReportRecord.parse(List.of("other", "v=TLSRPTv1; rua=mailto:a+b@c.test?subject=x, HTTPS://c.test/r ; x=y")).orElseThrow();
        assertEquals(List.of(new Address("a+b", "c.test")), record.mail());
        assertEquals(List.of("HTTPS://c.test/r"), record.https());
    }
}
