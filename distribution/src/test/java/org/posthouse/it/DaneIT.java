package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DANE (RFC 7672) with zones that are really signed: what is proven goes, what is forged waits, what nobody vouches for means nothing. */
final class DaneIT {
    private static final String OTHER_KEY = "00".repeat(32);
    private static final String[] DOMAINS = {"good.signed.test", "other.signed.test", "clear.signed.test", "silent.signed.test", "forged.signed.test",
        "outside.signed.test", "bogus.test", "plain.test"};

    @TempDir
    Path dir;

    private SignedZones zones;
    private Correspondents servers;

    @BeforeEach
    void begin() throws Exception {
        Tool.need("nsd", "nsd");
        Tool.need("ldns-signzone", "ldnsutils");
        Tool.need("unbound", "unbound");
        zones = new SignedZones(dir.resolve("zones"));
        servers = new Correspondents(dir, zones.port(), "mx.there.test", DOMAINS);
        servers.listenInClear("127.0.0.3");
        servers.there.start();
        zones.signed("signed.test", records(OTHER_KEY)).forge("signed.test", "11".repeat(32), key())
                .signed("bogus.test", domain("@", "127.0.0.2", key())).forge("bogus.test", "MX\t10", "MX\t20")
                .plain("plain.test", domain("@", "127.0.0.2", OTHER_KEY)).start();
        servers.configureHere("", "");
        servers.here.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        servers.close();
        zones.close();
    }

    private String key() throws IOException {
        return HexFormat.of().formatHex(servers.keyDigest());
    }

    /** @param other what the domain "other" says of its host's key */
    private String records(String other) throws IOException {
        return domain("good", "127.0.0.2", key()) + domain("other", "127.0.0.2", other) + domain("clear", "127.0.0.3", key())
                + domain("silent", "127.0.0.3", "") + domain("forged", "127.0.0.2", "11".repeat(32)) + "outside IN MX 10 mx.plain.test.\n";
    }

    private String domain(String name, String address, String key) {
        var host = name.equals("@") ? "mx" : "mx." + name;
        return name + " IN MX 10 " + host + "\n" + host + " IN A " + address + "\n"
                + (key.isEmpty() ? "" : "_" + servers.port() + "._tcp." + host + " IN TLSA 3 1 1 " + key + "\n");
    }

    @Test
    void onlyAHostWhoseKeyItsSignedZoneNamesGetsTheMail() throws Exception {
        for (var domain : DOMAINS) {
            servers.send("zoe@" + domain, "Subject: " + domain + "\r\n\r\nbody\r\n");
        }
        delivered("good.signed.test", "TLSv1.3 DANE");
        delivered("silent.signed.test", ":" + servers.port() + "\""); // it publishes nothing, and offers no TLS
        delivered("outside.signed.test", "TLSv1.3\"");
        delivered("plain.test", "TLSv1.3\"");
        var reasons = Map.of("other.signed.test", "4.7.5 .*matches no TLSA record", "clear.signed.test", "4.7.4 .*offers no TLS.*DANE",
                "forged.signed.test", "4.7.5 .*TLSA records of mx.forged.signed.test.*cannot be looked up", "bogus.test", "4.4.3 .*bogus.test cannot be looked up");
        for (var reason : reasons.entrySet()) {
            Soon.happens(() -> logged("deferred", reason.getKey()).anyMatch(l -> l.matches(".*" + reason.getValue() + ".*")), servers.here::log);
            assertEquals(List.of(), Correspondents.subjects(servers.there, "zoe@" + reason.getKey()));
        }

        zones.change("bogus.test", domain("@", "127.0.0.2", key()));
        zones.change("signed.test", records(key()).replace("11".repeat(32), key()));
        delivered("other.signed.test", "TLSv1.3 DANE");
        delivered("forged.signed.test", "TLSv1.3 DANE");
        delivered("bogus.test", "TLSv1.3 DANE");
        assertEquals(List.of(), Correspondents.subjects(servers.there, "zoe@clear.signed.test"));
        assertTrue(servers.here.log().lines().filter(l -> l.contains("relayed")).count() == DOMAINS.length - 1, servers.here::log);
    }

    private void delivered(String domain, String how) throws Exception {
        Soon.happens(() -> Correspondents.subjects(servers.there, "zoe@" + domain).equals(List.of("Subject: " + domain)), servers.here::log);
        Soon.happens(() -> logged("relayed", domain).anyMatch(l -> l.contains(how)), servers.here::log);
    }

    private Stream<String> logged(String what, String domain) {
        return servers.here.log().lines().filter(l -> l.contains(what + " id=") && l.contains("zoe@" + domain + ">"));
    }
}
