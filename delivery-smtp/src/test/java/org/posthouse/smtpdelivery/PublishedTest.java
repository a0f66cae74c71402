package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.posthouse.config.Values;
import org.posthouse.message.Contents;
import org.posthouse.net.Dns;
import org.posthouse.pipeline.Sender;

/** TLS as hosts and domains publish it: TLSA records (RFC 7672) and MTA-STS policies (RFC 8461). */
class PublishedTest extends Ground {
    private static final String FOUND = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    private static final String POLICY = "version: STSv1\r\nmode: enforce\r\nmx: *.there.test\r\nmax_age: 86400\r\n";

    private Certified certified;
    private ServerSocket web;
    private volatile String served = FOUND + POLICY;
    private volatile int visits;

    @BeforeEach
    void beginTls() throws Exception {
        certified = new Certified(home, "mx1.there.test", "mta-sts.there.test");
        remote.certified(certified);
        web = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::serve);
        delivery = delivery(settings());
    }

    @Override
    Configs settings() {
        return web == null ? super.settings() : super.settings().with("policy-port", web.getLocalPort());
    }

    @AfterEach
    void endTls() throws IOException {
        web.close();
    }

    private void serve() {
        while (!web.isClosed()) {
            try (var socket = certified.serve(web.accept())) {
                visits++;
                socket.getInputStream().read(new byte[1_000]);
                socket.getOutputStream().write(served.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                continue;
            }
        }
    }

    private void trusted() {
        connector.configure(new Values("", Map.of("tls-roots", certified.file().toString())));
    }

    private String outcome() throws IOException {
        delivery = delivery(settings()); // with no session left over
        return brief(send(ZOE).get(ZOE));
    }

    private boolean reached(String how) {
        return events.getLast().contains(" tls, " + how + ",") || events.getLast().contains("tls, " + how + ", reply");
    }

    private void tlsa(int usage, byte[] digest) {
        dns.authentic(true).forget("_" + remote.port() + "._tcp.mx1.there.test")
                .tlsa("_" + remote.port() + "._tcp.mx1.there.test", new Dns.Tlsa(usage, 1, 1, digest));
    }

    @Test
    void whatIsNotPublishedIsTlsWithAnybody() throws Exception {
        assertEquals("delivered", outcome());
        assertTrue(reached("TLSv1.3"), events.toString());
        assertEquals(0, visits);
    }

    @Test
    void aHostWhoseKeyIsSignedIsProvenByIt() throws Exception {
        tlsa(3, certified.keyDigest());
        assertEquals("delivered", outcome());
        assertTrue(reached("TLSv1.3 DANE"), events.toString());
        assertEquals(1, metrics.counted("smtp_delivery_tls", "policy", "tlsa", "result", "successful"));
    }

    @Test
    void aHostWithAnotherKeyIsNotUsed() throws Exception {
        tlsa(3, new byte[32]);
        assertEquals("deferred 4.7.5", outcome());
        assertEquals(1, metrics.counted("smtp_delivery_tls", "policy", "tlsa", "result", "tlsa-invalid"));
        tlsa(3, certified.keyDigest());
        remote.extensions("PIPELINING");
        assertEquals("deferred 4.7.4", outcome());
        dns.unknown("_" + remote.port() + "._tcp.mx1.there.test", "TLSA");
        assertEquals("deferred 4.7.5", outcome());
        assertEquals(List.of(), remote.taken());
    }

    @Test
    void recordsThatNobodySignedOrThatMeanNothingProveNothing() throws Exception {
        tlsa(3, new byte[32]);
        dns.authentic(false);
        assertEquals("delivered", outcome());
        assertTrue(reached("TLSv1.3"), events.toString());
        tlsa(1, new byte[32]);
        assertEquals("delivered", outcome());
        remote.extensions("PIPELINING");
        assertEquals("deferred 4.7.4", outcome()); // RFC 7672 §2.2: TLS there must be
    }

    @Test
    void aPolicyThatIsEnforcedIsKeptEvenWhenItsRecordIsGone() throws Exception {
        dns.txt("_mta-sts.there.test", "v=STSv1; id=1;").address("mta-sts.there.test", "127.0.0.1");
        assertEquals("delivered", outcome()); // its own host is not proven, so there is none
        trusted();
        clock.pass(Duration.ofMinutes(6));
        assertEquals("delivered", outcome());
        assertTrue(reached("TLSv1.3 verified"), events.toString());
        int before = visits;
        assertEquals("delivered", outcome());
        assertEquals(before, visits);
        dns.forget("_mta-sts.there.test");
        remote.extensions("PIPELINING");
        assertEquals("deferred 4.7.4", outcome());
        assertEquals(1, metrics.counted("smtp_delivery_tls", "policy", "sts", "result", "starttls-not-supported"));
        clock.pass(Duration.ofDays(2));
        assertEquals("delivered", outcome());
    }

    @Test
    void aHostThatThePolicyDoesNotNameIsNotUsed() throws Exception {
        trusted();
        dns.txt("_mta-sts.there.test", "v=STSv1; id=2;").address("mta-sts.there.test", "127.0.0.1");
        served = FOUND + POLICY.replace("*.there.test", "mx2.there.test");
        assertEquals("deferred 4.7.5", outcome());
    }

    @Test
    void aPolicyThatIsTestedIsCountedAndNoMore() throws Exception {
        trusted();
        dns.txt("_mta-sts.there.test", "v=STSv1; id=3;").address("mta-sts.there.test", "127.0.0.1");
        served = FOUND + POLICY.replace("enforce", "testing");
        remote.extensions("PIPELINING");
        assertEquals("delivered", outcome());
        assertEquals(1, metrics.counted("smtp_delivery_tls", "policy", "sts", "result", "starttls-not-supported"));
    }

    @Test
    void whatIsNoPolicyIsNone() throws Exception {
        trusted();
        dns.txt("_mta-sts.there.test", "v=STSv1; id=4;").address("mta-sts.there.test", "127.0.0.1");
        for (var wrong : List.of("HTTP/1.1 301 Moved\r\nContent-Type: text/plain\r\nLocation: https://elsewhere.test/\r\n\r\n" + POLICY,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + POLICY, FOUND, FOUND + "x".repeat(20_000), FOUND + "mx: a\r\n".repeat(20_000),
                FOUND + POLICY.replace("STSv1", "STSv2"), FOUND + POLICY.replace("max_age", "age"), FOUND + POLICY.replace("mx:", "my:"), "\r\n", "")) {
            served = wrong;
            assertEquals("delivered", outcome(), wrong.substring(0, Math.min(60, wrong.length())));
            clock.pass(Duration.ofMinutes(6));
        }
        assertEquals(0, metrics.counted("smtp_delivery_tls", "policy", "sts", "result", "successful"));
    }

    @Test
    void aPolicyIsReadAndWrittenAsItIs() {
        var policy = StsPolicy.parse("id1", POLICY.lines().toList(), Instant.EPOCH).orElseThrow();
        assertEquals(Optional.of(policy), StsPolicy.read(policy.written()));
        assertTrue(policy.covers("MX.there.test"));
        assertFalse(policy.covers("a.b.there.test") || policy.covers("there.test"));
        assertEquals(Optional.empty(), StsPolicy.read("x y z"));
        assertEquals(Optional.empty(), StsPolicy.read(""));
    }

    @Test
    void whatRequiresTlsGoesToAHostThatIsProvenAndPromisesIt() throws Exception {
        tlsa(3, certified.keyDigest());
        var required = consignment("smtp", "there.test", Contents.of(TEXT), new Sender(ANN, Map.of("REQUIRETLS", "")), ZOE);
        assertEquals("failed 5.7.30", brief(delivery.deliver(required).get(ZOE)));
        remote.extensions("PIPELINING", "STARTTLS", "REQUIRETLS");
        delivery = delivery(settings());
        assertEquals("delivered", brief(delivery.deliver(required).get(ZOE)));
        assertEquals("MAIL FROM:<ann@example.test> REQUIRETLS", remote.taken().getFirst().mail());
    }

    @Test
    void passwordsAreSentToAHostThatIsProven() throws Exception {
        var target = "[mx1.there.test]:" + remote.port();
        var file = home.resolve("conf/smtp-credentials");
        Files.createDirectories(file.getParent());
        Files.writeString(file, target + " us:sec:ret\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertEquals("deferred 4.7.5", brief(send(target, ZOE).get(ZOE)));
        trusted();
        remote.on("AUTH", "235 2.7.0 welcome", "535 5.7.8 no");
        assertEquals("delivered", brief(send(target, ZOE).get(ZOE)));
        assertTrue(remote.heard().contains("AUTH PLAIN " + Base64.getEncoder().encodeToString("\0us\0sec:ret".getBytes(StandardCharsets.US_ASCII))));
        delivery = delivery(settings());
        assertEquals("deferred 4.7.8", brief(send(target, ZOE).get(ZOE)));
    }
}
