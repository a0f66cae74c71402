package org.posthouse.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** The folder of certificates: chains in {@code NAME.pem} or {@code NAME.crt}, with the key of the first in {@code NAME.key}. */
record CertificateFiles(Path folder) {
    private static final int MOST_OCTETS = 1024 * 1024;

    /** What tells whether a pair of files has changed. */
    record Stamp(FileTime chain, long chainSize, FileTime key, long keySize) {}

    /** The pairs that are there, by the path of the chain. */
    Map<Path, Stamp> pairs() throws IOException {
        var pairs = new TreeMap<Path, Stamp>();
        try (var files = Files.newDirectoryStream(folder, "*.{pem,crt}")) {
            for (var file : files) {
                if (Files.exists(keyOf(file))) {
                    var chain = Files.readAttributes(file, BasicFileAttributes.class);
                    var key = Files.readAttributes(keyOf(file), BasicFileAttributes.class);
                    pairs.put(file, new Stamp(chain.lastModifiedTime(), chain.size(), key.lastModifiedTime(), key.size()));
                }
            }
        }
        return pairs;
    }

    private static Path keyOf(Path chain) {
        var name = chain.getFileName().toString();
        return chain.resolveSibling(name.substring(0, name.length() - ".pem".length()) + ".key");
    }

    /** @throws IOException that names the file, when either cannot be used */
    ServedCertificate read(Path chain) throws IOException {
        try {
            var certificates = chain(chain);
            var key = key(keyOf(chain), certificates.getFirst());
            return ServedCertificate.of(chain.getFileName().toString(), key, certificates);
        } catch (GeneralSecurityException e) {
            throw new IOException(keyOf(chain) + ": " + e.getMessage(), e);
        } catch (RuntimeException e) { // the boundary of one certificate: Bouncy Castle has many words for what is damaged
            throw new IOException(chain + " and its key cannot be used: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> chain(Path file) throws IOException {
        var converter = new JcaX509CertificateConverter();
        var chain = new ArrayList<X509Certificate>();
        try {
            for (var object : objects(file)) {
                if (object instanceof X509CertificateHolder holder) {
                    chain.add(converter.getCertificate(holder));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        if (chain.isEmpty()) {
            throw new IOException(file + ": no certificate in it");
        }
        return chain;
    }

    private static PrivateKey key(Path file, X509Certificate certificate) throws IOException {
        for (var object : objects(file)) {
            Optional<PrivateKeyInfo> key = switch (object) {
                case PEMKeyPair pair -> Optional.of(ofAlgorithm(certificate, pair.getPrivateKeyInfo()));
                case PrivateKeyInfo info -> Optional.of(info);
                case PEMEncryptedKeyPair _, PKCS8EncryptedPrivateKeyInfo _ ->
                    throw new IOException(file + ": the key is encrypted; take the password off: openssl pkey -in OLD -out NEW");
                default -> Optional.empty();
            };
            if (key.isPresent()) {
                try {
                    return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(key.get().getEncoded()));
                } catch (GeneralSecurityException e) {
                    throw new IOException(file + ": the key does not belong to the certificate: " + e.getMessage(), e);
                }
            }
        }
        throw new IOException(file + ": no private key in it");
    }

    /** A key in its traditional form may leave its curve out (RFC 5915 §3); the certificate names it. */
    private static PrivateKeyInfo ofAlgorithm(X509Certificate certificate, PrivateKeyInfo key) throws IOException {
        var algorithm = SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded()).getAlgorithm();
        return new PrivateKeyInfo(algorithm, key.parsePrivateKey());
    }

    private static List<Object> objects(Path file) throws IOException {
        if (Files.size(file) > MOST_OCTETS) {
            throw new IOException(file + ": too large");
        }
        var objects = new ArrayList<>();
        try (var parser = new PEMParser(Files.newBufferedReader(file, StandardCharsets.ISO_8859_1))) {
            for (var object = parser.readObject(); object != null; object = parser.readObject()) {
                objects.add(object);
            }
        } catch (IOException | RuntimeException e) { // what is no base64 is a RuntimeException
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return objects;
    }
}
