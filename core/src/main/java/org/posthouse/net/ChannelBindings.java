package org.posthouse.net;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidParameterSpecException;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.jsse.BCSSLEngine;

/** What names one TLS connection to both of its ends, so that a log-in can be bound to it (RFC 5056). */
final class ChannelBindings {
    private static final String LABEL = "EXPORTER-Channel-Binding"; // RFC 9266 §4.1
    private static final int OCTETS = 32;

    private ChannelBindings() {}

    /** Empty for a type that is unknown, or that this connection cannot serve. {@code tls-unique} is not safe (RFC 9266 §3). */
    static Optional<byte[]> of(SSLEngine engine, String type) {
        return switch (type) {
            case "tls-exporter" -> exporter(engine);
            case "tls-server-end-point" -> serverEndPoint(engine.getSession());
            default -> Optional.empty();
        };
    }

    /**
     * RFC 9266 §4.2, of TLS 1.3. With TLS 1.2 the JDK exports from a resumed session what it did from the first, which other
     * programs do not, and Bouncy Castle exports nothing once the handshake is over: there the other type has to do.
     */
    private static Optional<byte[]> exporter(SSLEngine engine) {
        if (engine instanceof BCSSLEngine || !(engine.getSession() instanceof ExtendedSSLSession session)
                || !session.getProtocol().equals("TLSv1.3")) {
            return Optional.empty();
        }
        try {
            return Optional.of(session.exportKeyingMaterialData(LABEL, new byte[0], OCTETS));
        } catch (SSLException _) {
            return Optional.empty(); // this session has nothing to export
        }
    }

    /** RFC 5929 §4.1: our certificate, hashed as it is signed, and never by less than SHA-256. */
    private static Optional<byte[]> serverEndPoint(SSLSession session) {
        var chain = session.getLocalCertificates();
        if (chain == null || chain.length == 0 || !(chain[0] instanceof X509Certificate certificate)) {
            return Optional.empty();
        }
        try {
            var hash = hash(certificate);
            return hash.isEmpty() ? Optional.empty() : Optional.of(MessageDigest.getInstance(hash.get()).digest(certificate.getEncoded()));
        } catch (GeneralSecurityException _) {
            return Optional.empty(); // §4.1: with a signature of another kind this type is not defined
        }
    }

    private static Optional<String> hash(X509Certificate certificate) throws GeneralSecurityException {
        var signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        int with = signature.indexOf("WITH");
        var name = signature.equals("RSASSA-PSS") ? pssHash(certificate) : with < 0 ? "" : signature.substring(0, with);
        return switch (name.replace("-", "")) {
            case "MD5", "SHA1", "SHA256" -> Optional.of("SHA-256");
            case "SHA384" -> Optional.of("SHA-384");
            case "SHA512" -> Optional.of("SHA-512");
            default -> Optional.empty();
        };
    }

    private static String pssHash(X509Certificate certificate) throws GeneralSecurityException {
        try {
            var parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(certificate.getSigAlgParams());
            return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
        } catch (java.io.IOException e) {
            throw new InvalidParameterSpecException(e.getMessage());
        }
    }
}
