package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.posthouse.net.TestCertificates;

/** A self-signed certificate and the server's side of TLS with it. */
final class Certified {
    private final Path file;
    private final X509Certificate certificate;
    private final SSLContext context;

    Certified(Path folder, String... names) throws IOException, GeneralSecurityException {
        TestCertificates.write(folder, names[0], TestCertificates.Key.EC, names);
        file = folder.resolve(names[0] + ".pem");
        try (var in = Files.newInputStream(file)) {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        var pem = Files.readString(folder.resolve(names[0] + ".key")).replaceAll("-----[^-]*-----", "");
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("key", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem))),
                new char[0], new X509Certificate[] {certificate});
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
    }

    Path file() {
        return file;
    }

    byte[] keyDigest() throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded());
    }

    SSLSocket serve(Socket socket) throws IOException {
        var layered = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        layered.setUseClientMode(false);
        layered.startHandshake();
        return layered;
    }
}
