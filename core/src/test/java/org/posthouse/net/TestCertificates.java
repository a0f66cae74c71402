package org.posthouse.net;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Writes certificates with their keys into a folder, each newer than the one before, for tests. */
public final class TestCertificates {
    private static final AtomicLong SERIAL = new AtomicLong(1000);

    public enum Key { EC, RSA, ED25519 }

    private TestCertificates() {}

    /** Writes {@code FILE.pem} and {@code FILE.key} (PKCS#8) for these names. */
    public static void write(Path folder, String file, Key kind, String... names) throws IOException {
        var keys = keys(kind);
        put(folder.resolve(file + ".key"), pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
        put(folder.resolve(file + ".pem"), certificate(keys, kind, names));
    }

    /** The same with the key in its traditional form (SEC 1, PKCS#1). */
    public static void writeTraditional(Path folder, String file, Key kind, String... names) throws IOException {
        var keys = keys(kind);
        put(folder.resolve(file + ".key"), pem(keys));
        put(folder.resolve(file + ".crt"), certificate(keys, kind, names));
    }

    /** Writes a file whose time is later than that of any before. */
    public static void put(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(SERIAL.incrementAndGet())));
    }

    private static KeyPair keys(Key kind) {
        try {
            var generator = KeyPairGenerator.getInstance(kind.name());
            switch (kind) {
                case EC -> generator.initialize(256);
                case RSA -> generator.initialize(2048);
                case ED25519 -> { }
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String certificate(KeyPair keys, Key kind, String... names) throws IOException {
        try {
            var name = new X500Name("CN=" + names[0]);
            var now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(SERIAL.incrementAndGet()),
                    Date.from(now.minusSeconds(60)), Date.from(now.plusSeconds(86_400)), name, keys.getPublic());
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(
                    Arrays.stream(names).map(n -> new GeneralName(GeneralName.dNSName, n)).toArray(GeneralName[]::new)));
            var algorithm = switch (kind) {
                case EC -> "SHA256withECDSA";
                case RSA -> "SHA256withRSA";
                case ED25519 -> "Ed25519";
            };
            return pem(builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object object) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
