package org.posthouse.net;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/**
 * A certificate chain with its key, as found in the files of this name.
 *
 * @param names the DNS names it is for, in lower case
 */
record ServedCertificate(String file, PrivateKey key, List<X509Certificate> chain, List<String> names) {
    private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6, GeneralName
    private static final byte[] SAMPLE = {1, 2, 3};

    /** @throws GeneralSecurityException when the key is not that of the chain's first certificate */
    static ServedCertificate of(String file, PrivateKey key, List<X509Certificate> chain) throws GeneralSecurityException {
        var signature = Signature.getInstance(switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        });
        signature.initSign(key);
        signature.update(SAMPLE);
        byte[] signed = signature.sign();
        signature.initVerify(chain.getFirst().getPublicKey());
        signature.update(SAMPLE);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("the key does not belong to the certificate");
        }
        return new ServedCertificate(file, key, List.copyOf(chain), names(chain.getFirst()));
    }

    private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
        var alternatives = certificate.getSubjectAlternativeNames();
        return alternatives == null ? List.of() : alternatives.stream().filter(n -> n.get(0).equals(DNS_NAME))
                .map(n -> ((String) n.get(1)).toLowerCase(Locale.ROOT)).toList();
    }

    boolean isFor(String host) {
        return names.contains(host);
    }

    /** RFC 6125 §6.4.3: the wildcard stands for exactly the first label. */
    boolean isWildcardFor(String host) {
        int dot = host.indexOf('.');
        return dot > 0 && names.contains("*" + host.substring(dot));
    }
}
