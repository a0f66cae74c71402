package org.posthouse.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The system's resolvers (resolv.conf(5)): its lines {@code nameserver}, the first three of them. */
final class ResolvConf {
    private static final int MOST_SERVERS = 3;
    private static final int MOST_OCTETS = 64 * 1024;
    private static final int PORT = 53;

    private final Path file;

    ResolvConf(Path file) {
        this.file = file;
    }

    /** Where the file names none, the one on this machine, as the C library does. */
    List<NameServer> servers() {
        var servers = new ArrayList<NameServer>();
        for (var line : text().lines().toList()) {
            var words = line.strip().split("\\s+");
            if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MOST_SERVERS) {
                try {
                    servers.add(new NameServer(new InetSocketAddress(InetAddress.ofLiteral(words[1]), PORT)));
                } catch (IllegalArgumentException e) {
                    continue; // not an address: the C library takes no notice of it either
                }
            }
        }
        return servers.isEmpty() ? List.of(new NameServer(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT))) : servers;
    }

    private String text() {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST_OCTETS), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
