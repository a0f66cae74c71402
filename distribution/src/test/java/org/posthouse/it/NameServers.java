package org.posthouse.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's rbldnsd with some lists, and unbound that asks it; both on ports of the loopback. One list is served by nobody. */
final class NameServers implements AutoCloseable {
    private static final String CLIENTS = """
            :127.0.0.4:Listed, see https://clients.example/$
            127.0.0.2
            192.0.2.1
            192.0.2.2
            192.0.2.3
            """;
    private static final String WELCOME = """
            :127.0.1.3:Welcome
            127.0.0.2
            192.0.2.2
            """;
    private static final String CLOSED = """
            :127.255.255.254:Query refused
            127.0.0.2
            192.0.2.0/24
            """;
    private static final String WORLD = """
            :127.0.0.2:Everybody
            127.0.0.0/8
            192.0.0.0/8
            """;
    private static final String CLIENTS_V6 = """
            :127.0.0.4:Listed, too
            ::ffff:7f00:2/128
            2001:db8:bad::/48
            """;
    private static final String DOMAINS = """
            :127.0.1.2:A domain of spam
            test
            spam.example.org
            .wild.example.org
            """;

    private final Daemons daemons;
    private final int port = Neighbours.freePort();

    NameServers(Path dir) throws Exception {
        int lists = Neighbours.freePort();
        daemons = new Daemons(dir);
        Files.createDirectories(dir);
        for (var file : List.of(List.of("clients", CLIENTS), List.of("welcome", WELCOME), List.of("closed", CLOSED), List.of("world", WORLD),
                List.of("clients6", CLIENTS_V6), List.of("domains", DOMAINS))) {
            Files.writeString(dir.resolve(file.getFirst()), "$SOA 300 ns.example hostmaster.example 0 300 300 600 60\n$NS 300 ns.example\n" + file.getLast());
        }
        daemons.run("rbldnsd", "-n", "-t", "60", "-u", Neighbours.user(), "-w", dir.toString(), "-b", "127.0.0.1/" + lists, "clients.example:ip4set:clients",
                "clients.example:ip6trie:clients6", "welcome.example:ip4set:welcome", "closed.example:ip4set:closed", "world.example:ip4set:world",
                "domains.example:dnset:domains");
        Files.writeString(dir.resolve("unbound.conf"), conf(dir, lists), StandardCharsets.US_ASCII);
        daemons.run("unbound", "-d", "-p", "-c", dir.resolve("unbound.conf").toString());
    }

    private String conf(Path dir, int lists) throws IOException {
        var conf = new StringBuilder(resolver(port, dir, "iterator")).append("  local-zone: \"example.\" nodefault\n");
        for (var zone : List.of("clients", "welcome", "closed", "world", "domains")) {
            conf.append("stub-zone:\n  name: \"").append(zone).append(".example\"\n  stub-addr: 127.0.0.1@").append(lists).append('\n');
        }
        return conf.append("stub-zone:\n  name: \"away.example\"\n  stub-addr: 127.0.0.1@").append(Neighbours.freePort()).append('\n').toString();
    }

    /** An unbound of the loopback that asks only who is also there; more lines of its section may follow. */
    static String resolver(int port, Path dir, String modules) {
        return """
                remote-control:
                  control-enable: no
                server:
                  interface: 127.0.0.1@%d
                  directory: "%s"
                  chroot: ""
                  username: ""
                  pidfile: ""
                  use-syslog: no
                  do-ip6: no
                  do-not-query-localhost: no
                  module-config: "%s"
                """.formatted(port, dir, modules);
    }

    /** As the setting {@code resolvers} takes it. */
    String resolver() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() throws InterruptedException {
        daemons.close();
    }
}
