package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Zones below {@code test.}, signed by ldns, served by Debian's nsd, and an unbound that validates them from the key of {@code test.}
 * down (RFC 4033). A zone is signed when its parent is told of its key; one that is altered after that is bogus.
 */
final class SignedZones implements AutoCloseable {
    private static final String HEAD = """
            $ORIGIN %1$s.
            $TTL 1
            @ IN SOA ns.test. root.test. %2$d 3600 600 86400 1
            @ IN NS ns.test.
            """;

    private final Path dir;
    private final Daemons daemons;
    private final int authority = Neighbours.freePort();
    private final int resolver = Neighbours.freePort();
    private final List<String> zones = new ArrayList<>();
    private final StringBuilder delegations = new StringBuilder("ns IN A 127.0.0.1\n");
    private Process nsd;
    private int serial;

    SignedZones(Path dir) throws IOException {
        this.dir = Files.createDirectories(dir);
        this.daemons = new Daemons(dir);
    }

    /** A zone that nobody vouches for. */
    SignedZones plain(String zone, String records) throws IOException {
        delegate(zone);
        write(zone, records);
        return this;
    }

    SignedZones signed(String zone, String records) throws IOException, InterruptedException {
        delegate(zone);
        key(zone);
        sign(zone, records);
        delegations.append(Files.readString(dir.resolve(zone + ".ds")));
        return this;
    }

    /** Changes a signed zone behind its signatures' back. */
    SignedZones forge(String zone, String before, String after) throws IOException {
        var file = dir.resolve(zone + ".zone");
        var text = Files.readString(file);
        assertTrue(text.contains(before), text);
        Files.writeString(file, text.replace(before, after));
        return this;
    }

    private void delegate(String zone) {
        zones.add(zone);
        delegations.append(zone).append(". IN NS ns.test.\n");
    }

    private void write(String zone, String records) throws IOException {
        Files.writeString(dir.resolve(zone + ".zone"), HEAD.formatted(zone, ++serial) + records, StandardCharsets.US_ASCII);
    }

    /** A key for keys, whose digest goes to the parent, and one for all else. */
    private void key(String zone) throws IOException, InterruptedException {
        for (var words : List.of(List.of("-k", ".ksk"), List.of("-f", ".zsk"))) {
            var made = Tool.run("sh", "-c", "cd " + dir + " && name=$(ldns-keygen -a ECDSAP256SHA256 -r /dev/urandom " + words.getFirst() + " " + zone + ")"
                    + " && for end in key private ds; do if [ -e $name.$end ]; then mv $name.$end " + zone + words.getLast() + ".$end; fi; done");
            assertTrue(made.well(), made::output);
        }
        Files.move(dir.resolve(zone + ".ksk.ds"), dir.resolve(zone + ".ds"));
    }

    private void sign(String zone, String records) throws IOException, InterruptedException {
        write(zone, records);
        var file = dir.resolve(zone + ".zone").toString();
        var signed = Tool.run("ldns-signzone", "-o", zone, "-f", file, file, dir.resolve(zone + ".zsk").toString(), dir.resolve(zone + ".ksk").toString());
        assertTrue(signed.well(), signed::output);
    }

    /** The same zone with other records, served at once. */
    void change(String zone, String records) throws IOException, InterruptedException {
        sign(zone, records);
        assertTrue(Tool.run("kill", "-HUP", String.valueOf(nsd.pid())).well());
    }

    SignedZones start() throws IOException, InterruptedException {
        key("test");
        sign("test", delegations.toString());
        zones.add("test");
        var nsdConf = new StringBuilder("""
                server:
                  ip-address: 127.0.0.1@%1$d
                  server-count: 1
                  username: ""
                  database: ""
                  pidfile: "%2$s/nsd.pid"
                  zonelistfile: "%2$s/zone.list"
                  xfrdfile: "%2$s/xfrd.state"
                  xfrdir: "%2$s"
                  zonesdir: "%2$s"
                remote-control:
                  control-enable: no
                """.formatted(authority, dir));
        var unboundConf = new StringBuilder(NameServers.resolver(resolver, dir, "validator iterator")).append("""
                  trust-anchor-file: "test.ds"
                  local-zone: "test." nodefault
                  cache-max-ttl: 1
                  cache-max-negative-ttl: 1
                  val-bogus-ttl: 1
                """);
        for (var zone : zones) {
            nsdConf.append("zone:\n  name: \"").append(zone).append("\"\n  zonefile: \"").append(zone).append(".zone\"\n");
            unboundConf.append("stub-zone:\n  name: \"").append(zone).append("\"\n  stub-addr: 127.0.0.1@").append(authority).append('\n');
        }
        Files.writeString(dir.resolve("nsd.conf"), nsdConf);
        Files.writeString(dir.resolve("unbound.conf"), unboundConf);
        nsd = daemons.run("nsd", "-d", "-c", dir.resolve("nsd.conf").toString());
        daemons.run("unbound", "-d", "-p", "-c", dir.resolve("unbound.conf").toString());
        return this;
    }

    /** The port of the one that validates. */
    int port() {
        return resolver;
    }

    @Override
    public void close() throws InterruptedException {
        daemons.close();
    }
}
