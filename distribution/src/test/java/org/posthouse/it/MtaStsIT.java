package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MTA-STS (RFC 8461) with policies that a web server serves, and certificates of an authority that is trusted. */
final class MtaStsIT {
    private static final String POLICY = "version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: 86400\r\n";
    private static final String[] DOMAINS = {"enforced.test", "moved.test", "misnamed.test", "testing.test", "none.test", "unserved.test"};

    @TempDir
    Path dir;

    private final Map<String, String> policies = new ConcurrentHashMap<>();
    private Authority authority;
    private HttpsServer web;
    private Zone zone;
    private Correspondents servers;

    @BeforeEach
    void begin() throws Exception {
        zone = new Zone().a("mx.there.test", "127.0.0.2").a("other.there.test", "127.0.0.2").a("clear.there.test", "127.0.0.3");
        servers = new Correspondents(dir, zone.port(), "mx.there.test", DOMAINS);
        authority = new Authority(dir.resolve("authority"));
        authority.sign(dir.resolve("there/conf/tls"), "mx.there.test", "mx.there.test");
        servers.listenInClear("127.0.0.3");
        servers.there.start();
        serve();
        servers.configureHere(top(), "policy-port = " + web.getAddress().getPort() + "\n");
        servers.here.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        web.stop(0);
        servers.close();
        zone.close();
    }

    private String top() {
        return "tls-roots = " + authority.roots() + "\n";
    }

    /** The policies of the domains but the last, whose name is not in the certificate. */
    private void serve() throws Exception {
        var hosts = new ArrayList<String>();
        for (var domain : DOMAINS) {
            hosts.add("mta-sts." + domain);
        }
        web = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Neighbours.freePort()), 10);
        web.setHttpsConfigurator(new HttpsConfigurator(authority.context(hosts.subList(0, hosts.size() - 1).toArray(String[]::new))));
        web.createContext("/.well-known/mta-sts.txt", exchange -> {
            byte[] policy = policies.get(exchange.getRequestHeaders().getFirst("Host")).getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().add("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, policy.length);
            exchange.getResponseBody().write(policy);
            exchange.close();
        });
        web.start();
    }

    private void publish(String domain, String host, String mode, String named) throws IOException {
        policies.put("mta-sts." + domain, POLICY.formatted(mode, named));
        zone.mx(domain, 10, host).a("mta-sts." + domain, "127.0.0.1").txt("_mta-sts." + domain, "v=STSv1; id=20260101;");
    }

    private void send(String domain, String subject) throws IOException {
        servers.send("zoe@" + domain, "Subject: " + subject + "\r\n\r\nbody\r\n");
    }

    private void delivered(String domain, String how, String... subjects) throws Exception {
        var all = List.of(subjects).stream().map(s -> "Subject: " + s).toList();
        Soon.happens(() -> Correspondents.subjects(servers.there, "zoe@" + domain).equals(all), servers.here::log);
        logged("relayed id=.*zoe@" + domain + ">.*" + how);
    }

    private void logged(String line) throws Exception {
        Soon.happens(() -> servers.here.log().lines().anyMatch(l -> l.matches(".*" + line + ".*")), servers.here::log);
    }

    @Test
    void onlyHostsThatTheDomainNamesAndThatAreProvenGetItsMail() throws Exception {
        publish("enforced.test", "mx.there.test", "enforce", "*.there.test");
        publish("moved.test", "mx.there.test", "enforce", "mx.elsewhere.test");
        publish("misnamed.test", "other.there.test", "enforce", "other.there.test");
        publish("testing.test", "clear.there.test", "testing", "clear.there.test");
        publish("none.test", "clear.there.test", "none", "mx.there.test");
        publish("unserved.test", "clear.there.test", "enforce", "mx.there.test");
        for (var domain : DOMAINS) {
            send(domain, "one");
        }
        delivered("enforced.test", "TLSv1.3 verified", "one");
        delivered("testing.test", ":" + servers.port() + "\"", "one");
        delivered("none.test", ":" + servers.port() + "\"", "one");
        delivered("unserved.test", ":" + servers.port() + "\"", "one"); // what a host serves that is not proven is no policy
        logged("deferred id=.*zoe@moved.test>.*4.7.5 .*MTA-STS");
        logged("deferred id=.*zoe@misnamed.test>.*4.7.5 .*MTA-STS");
        assertEquals(List.of(), Correspondents.subjects(servers.there, "zoe@moved.test"));
        assertEquals(List.of(), Correspondents.subjects(servers.there, "zoe@misnamed.test"));

        policies.put("mta-sts.moved.test", POLICY.formatted("enforce", "mx.there.test"));
        zone.forget("_mta-sts.moved.test").txt("_mta-sts.moved.test", "v=STSv1; id=20260102;");
        delivered("moved.test", "TLSv1.3 verified", "one");
    }

    @Test
    void aPolicyHoldsWhenNobodyServesItAnyMore() throws Exception {
        publish("enforced.test", "mx.there.test", "enforce", "mx.there.test");
        send("enforced.test", "one");
        delivered("enforced.test", "TLSv1.3 verified", "one");
        web.stop(0);
        assertEquals(0, servers.here.terminate());
        zone.forget("_mta-sts.enforced.test").forget("enforced.test").mx("enforced.test", 10, "clear.there.test"); // somebody leads the mail astray
        servers.here.start();
        send("enforced.test", "two");
        logged("deferred id=.*zoe@enforced.test>.*4.7.5 .*clear.there.test.*MTA-STS");
        zone.forget("enforced.test").mx("enforced.test", 10, "mx.there.test");
        delivered("enforced.test", "TLSv1.3 verified", "one", "two");
    }
}
