package org.posthouse.net;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes the certificate of a home that has none: EC P-256, signed by itself, so that it is its own root (RFC 5280 §3.2). */
final class SelfSigned {
    private static final Duration VALID = Duration.ofDays(825);
    private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);
    private static final int SERIAL_BITS = 127;
    private static final int LONGEST_COMMON_NAME = 64; // RFC 5280 appendix A.1
    private static final int LINE = 64;

    private SelfSigned() {}

    /** Writes {@code HOSTNAME.pem} and {@code HOSTNAME.key}, which must not exist; the key can be read by the owner only. */
    static void make(Path folder, String hostname, Instant now) throws IOException {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var keys = generator.generateKeyPair();
            var certificate = certificate(hostname, keys, now);
            write(folder.resolve(hostname + ".key"), "rw-------", pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
            write(folder.resolve(hostname + ".pem"), "rw-r--r--", pem("CERTIFICATE", certificate));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("no certificate can be made: " + e.getMessage(), e);
        }
    }

    private static byte[] certificate(String hostname, KeyPair keys, Instant now)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        var name = name(hostname);
        var extensions = new JcaX509ExtensionUtils();
        var builder = new JcaX509v3CertificateBuilder(name, new BigInteger(SERIAL_BITS, new SecureRandom()),
                Date.from(now.minus(CLOCKS_DIFFER)), Date.from(now.plus(VALID)), name, keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
        builder.addExtension(Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(keys.getPublic()));
        builder.addExtension(Extension.subjectAlternativeName, false, alternatives(hostname));
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())).getEncoded();
    }

    private static X500Name name(String hostname) {
        var common = hostname.length() <= LONGEST_COMMON_NAME ? hostname : "posthouse";
        return new X500NameBuilder().addRDN(BCStyle.CN, common).build();
    }

    private static GeneralNames alternatives(String hostname) {
        var names = new LinkedHashSet<>(List.of(new GeneralName(GeneralName.dNSName, hostname)));
        names.add(new GeneralName(GeneralName.dNSName, "localhost"));
        names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        names.add(new GeneralName(GeneralName.iPAddress, "::1"));
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private static String pem(String what, byte[] der) {
        var text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
    }

    private static void write(Path file, String permissions, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }
}
