package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority of the test's own that signs certificates for hosts, made with openssl. */
final class Authority {
    private static final String KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

    private final Path dir;

    Authority(Path dir) throws IOException, InterruptedException {
        Tool.need("openssl", "openssl");
        this.dir = Files.createDirectories(dir);
        openssl("req -x509 " + KEY + " -days 2 -subj /CN=Authority -keyout ca.key -out ca.pem");
    }

    private void openssl(String words) throws IOException, InterruptedException {
        var ran = Tool.run("sh", "-c", "cd " + dir + " && openssl " + words);
        assertTrue(ran.well(), ran::output);
    }

    /** As the setting {@code tls-roots} takes it. */
    Path roots() {
        return dir.resolve("ca.pem");
    }

    /** Writes {@code NAME.pem} and {@code NAME.key} for these hosts into the folder. */
    void sign(Path folder, String name, String... hosts) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        var names = Arrays.stream(hosts).map(h -> "DNS:" + h).collect(Collectors.joining(","));
        Files.writeString(dir.resolve("names"), "subjectAltName=" + names + "\n");
        var file = folder.resolve(name);
        openssl("req " + KEY + " -subj /CN=" + hosts[0] + " -keyout " + file + ".key -out request.pem");
        openssl("x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out " + file + ".pem");
    }

    /** For a server of these hosts. */
    SSLContext context(String... hosts) throws IOException, InterruptedException {
        sign(dir, "server", hosts);
        openssl("pkcs12 -export -in server.pem -inkey server.key -passout pass:secret -out server.p12");
        try (var in = Files.newInputStream(dir.resolve("server.p12"))) {
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(in, "secret".toCharArray());
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, "secret".toCharArray());
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
