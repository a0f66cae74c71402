package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Two servers: what ann sends here goes to {@code there} at 127.0.0.2, by what a resolver says of its domains. */
final class Correspondents implements AutoCloseable {
    private static final String LOGIN = "AUTH PLAIN "
            + Base64.getEncoder().encodeToString("\0ann\0secret".getBytes(StandardCharsets.US_ASCII));

    private final Path dir;
    private final int resolver;
    private final String hostname;
    private final int port = Neighbours.freePort();
    final Server here;
    final Server there;

    /** @param hostname of the other one, which has zoe and yan in each of its domains */
    Correspondents(Path dir, int resolver, String hostname, String... domains) throws IOException {
        this.dir = dir;
        this.resolver = resolver;
        this.hostname = hostname;
        here = new Server(dir.resolve("here"));
        there = new Server(dir.resolve("there")).configure(conf(hostname, String.join(", ", domains), "127.0.0.2", port));
        var users = new StringBuilder();
        for (var domain : domains) {
            users.append("zoe@").append(domain).append(":{PLAIN}secret\nyan@").append(domain).append(":{PLAIN}secret\n");
        }
        Files.writeString(dir.resolve("there/conf/users"), users);
    }

    private String conf(String hostname, String domains, String address, int mx) {
        return "retry-first = 500ms\nretry-longest = 1s\n" + StraightPathIT.CONF.replace("mail.example.test", hostname).replace("= example.test", "= " + domains)
                .replace("resolvers = 127.0.0.1:1\n", "resolvers = 127.0.0.1:" + resolver + "\ndns-timeout = 2s\n")
                .replaceFirst("address  = 127.0.0.1\nprotocol = smtp\nport     = 0", "address  = " + address + "\nprotocol = smtp\nport     = " + mx)
                + Sections.SUBMISSION + "\n[delivery-smtp]\nport = " + port + "\n";
    }

    /** Where the other one takes mail, and where this one brings all mail. */
    int port() {
        return port;
    }

    /** Where else the other one takes mail, and offers no TLS. */
    void listenInClear(String address) throws IOException {
        Files.writeString(there.home().resolve("conf/posthouse.conf"), conf(hostname, domains(), "127.0.0.2", port)
                + "\n[listener clear]\naddress  = " + address + "\nprotocol = smtp\nport     = " + port + "\ntls      = none\n");
    }

    private String domains() throws IOException {
        return Files.readString(there.home().resolve("conf/users")).lines().filter(l -> l.startsWith("zoe@"))
                .map(l -> l.substring(4, l.indexOf(':'))).reduce((a, b) -> a + ", " + b).orElseThrow();
    }

    /**
     * Writes what holds here.
     *
     * @param top  lines of the top
     * @param more lines of {@code [delivery-smtp]}, and sections
     */
    void configureHere(String top, String more) throws IOException {
        here.configure(top + conf("mail.example.test", "example.test", "127.0.0.1", 0) + more);
    }

    void reloadHere(String top, String more) throws IOException, InterruptedException {
        configureHere(top, more);
        var said = here.command("reload");
        assertEquals(0, said.status(), said.err());
    }

    /** A session of ann. */
    Smtp submission() throws IOException {
        var smtp = new Smtp(here.port("submission"));
        smtp.startTls();
        smtp.command(LOGIN, "235");
        return smtp;
    }

    void send(String to, String content) throws IOException {
        try (var smtp = submission()) {
            var reply = smtp.message("ann@example.test", to, content);
            assertTrue(reply.startsWith("250"), reply);
        }
    }

    /** The other one's certificate, which it has made for itself. */
    Path certificate() {
        return dir.resolve("there/conf/tls/" + hostname + ".pem");
    }

    /** As TLSA records with the selector 1 and the matching type 1 have it. */
    byte[] keyDigest() throws IOException {
        try (var in = new ByteArrayInputStream(Files.readAllBytes(certificate()))) {
            var key = CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey().getEncoded();
            return MessageDigest.getInstance("SHA-256").digest(key);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    static List<String> subjects(Server server, String user) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            var subjects = new ArrayList<String>();
            for (int i = 1; i <= pop.count(); i++) {
                subjects.add(pop.retrieve(i).stream().filter(l -> l.startsWith("Subject: ")).findFirst().orElse("none"));
            }
            return subjects;
        }
    }

    /** Whether all has gone from here. */
    boolean queueIsEmpty() throws IOException, InterruptedException {
        return here.command("queue", "list", "--json").out().isEmpty();
    }

    @Override
    public void close() throws InterruptedException {
        here.close();
        there.close();
    }
}
