package org.posthouse.net;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Chooses the certificate for the name a client asks for (SNI, RFC 6066 §3): the one for exactly that name, then a wildcard,
 * then the one for our hostname, then the first. Several may be for one name, with keys of different algorithms.
 */
final class SniKeys extends X509ExtendedKeyManager {
    private final List<ServedCertificate> all;
    private final String hostname;

    SniKeys(List<ServedCertificate> all, String hostname) {
        this.all = List.copyOf(all);
        this.hostname = hostname.toLowerCase(Locale.ROOT);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return best(asked(engine)).stream().filter(c -> isOfType(keyType, c)).findFirst().map(ServedCertificate::file).orElse(null);
    }

    private static Optional<String> asked(SSLEngine engine) {
        if (!(engine.getHandshakeSession() instanceof ExtendedSSLSession session)) {
            return Optional.empty();
        }
        return session.getRequestedServerNames().stream().filter(n -> n instanceof SNIHostName)
                .map(n -> ((SNIHostName) n).getAsciiName().toLowerCase(Locale.ROOT)).findFirst();
    }

    private List<ServedCertificate> best(Optional<String> asked) {
        var name = asked.orElse(hostname);
        return some(c -> c.isFor(name))
                .or(() -> some(c -> c.isWildcardFor(name)))
                .or(() -> some(c -> c.isFor(hostname)))
                .or(() -> some(c -> c.isWildcardFor(hostname)))
                .orElse(all);
    }

    private Optional<List<ServedCertificate>> some(Predicate<ServedCertificate> which) {
        return Optional.of(all.stream().filter(which).toList()).filter(l -> !l.isEmpty());
    }

    /** Key types are named by their algorithm ({@code EC}, {@code RSA}), by a suite ({@code ECDHE_ECDSA}), or with a curve ({@code EC/secp256r1}). */
    private static boolean isOfType(String keyType, ServedCertificate certificate) {
        var algorithm = certificate.key().getAlgorithm();
        var type = keyType.toUpperCase(Locale.ROOT);
        return switch (algorithm) {
            case "EC" -> type.equals("EC") || type.equals("EC/SECP256R1") && isP256(certificate) || type.endsWith("ECDSA");
            case "RSA" -> type.equals("RSA") || type.endsWith("_RSA");
            default -> type.equals("EDDSA") || type.equals("ED25519");
        };
    }

    private static boolean isP256(ServedCertificate certificate) {
        return certificate.key() instanceof ECKey key && key.getParams().getOrder().bitLength() == 256;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).map(c -> c.chain().toArray(X509Certificate[]::new)).orElse(null);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).map(ServedCertificate::key).orElse(null);
    }

    private Optional<ServedCertificate> of(String alias) {
        return all.stream().filter(c -> c.file().equals(alias)).findFirst();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return all.stream().filter(c -> isOfType(keyType, c)).map(ServedCertificate::file).toArray(String[]::new);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null; // we use engines only
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
