package org.posthouse.net;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.X509TrustManager;
import org.posthouse.net.Outgoing.Proof;
import org.posthouse.net.TlsFailure.Why;

/** The certificate that the other side has shown, with those it sent along, and whether it is the one that was expected. */
final class PeerCertificate {
    private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6
    private static final int MOST_CERTIFICATES = 20;

    /** @param subject whom it names */
    record Proven(Proof proof, String subject) {}

    private final List<X509Certificate> chain;
    private final X509TrustManager roots;

    PeerCertificate(Certificate[] sent, X509TrustManager roots) throws TlsFailure {
        if (sent.length == 0 || sent.length > MOST_CERTIFICATES || !Arrays.stream(sent).allMatch(X509Certificate.class::isInstance)) {
            throw new TlsFailure(Why.NOT_TRUSTED, "it sent " + sent.length + " certificates");
        }
        this.chain = Arrays.stream(sent).map(X509Certificate.class::cast).toList();
        this.roots = roots;
    }

    Proven check(Trust trust) throws TlsFailure {
        var proof = switch (trust) {
            case Trust.Anyone _ -> Proof.NONE;
            case Trust.Roots(var names) -> byRoots(names);
            case Trust.Fingerprints(var digests) -> byFingerprint(digests);
            case Trust.Dane(var records, var names) -> byDane(records, names);
        };
        var names = names();
        return new Proven(proof, names.isEmpty() ? chain.getFirst().getSubjectX500Principal().getName() : names.getFirst());
    }

    private Proof byRoots(List<String> wanted) throws TlsFailure {
        current(chain.getFirst());
        try {
            roots.checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
        } catch (CertificateException e) {
            throw new TlsFailure(Why.NOT_TRUSTED, "its certificate leads to no trusted root: " + e.getMessage(), e);
        }
        named(wanted);
        return Proof.ROOTS;
    }

    private static void current(X509Certificate certificate) throws TlsFailure {
        try {
            certificate.checkValidity();
        } catch (CertificateException e) {
            throw new TlsFailure(Why.EXPIRED, "its certificate is valid from " + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant(), e);
        }
    }

    private Proof byFingerprint(Set<String> digests) throws TlsFailure {
        var first = chain.getFirst();
        if (digests.contains(hex(digest("SHA-256", encoded(first)))) || digests.contains(hex(digest("SHA-256", first.getPublicKey().getEncoded())))) {
            return Proof.FINGERPRINT;
        }
        throw new TlsFailure(Why.NO_MATCH, "its certificate has the fingerprint " + hex(digest("SHA-256", encoded(first))));
    }

    private Proof byDane(List<Dns.Tlsa> records, List<String> wanted) throws TlsFailure {
        if (records.stream().anyMatch(r -> r.usage() == 3 && matches(r, chain.getFirst()))) {
            return Proof.DANE; // RFC 7672 §3.1.1: neither its names nor its dates count
        }
        for (int i = 0; i < chain.size(); i++) {
            var authority = chain.get(i);
            if (records.stream().anyMatch(r -> r.usage() == 2 && matches(r, authority))) {
                current(chain.getFirst());
                leadsTo(authority, chain.subList(0, i));
                named(wanted); // RFC 7672 §3.1.2
                return Proof.DANE;
            }
        }
        throw new TlsFailure(Why.NO_MATCH, "its certificate matches no TLSA record");
    }

    private static boolean matches(Dns.Tlsa record, X509Certificate certificate) {
        byte[] selected = record.selector() == 0 ? encoded(certificate) : certificate.getPublicKey().getEncoded();
        return record.selector() <= 1 && switch (record.matchingType()) {
            case 0 -> Arrays.equals(record.data(), selected);
            case 1 -> Arrays.equals(record.data(), digest("SHA-256", selected));
            case 2 -> Arrays.equals(record.data(), digest("SHA-512", selected));
            default -> false;
        };
    }

    private static void leadsTo(X509Certificate authority, List<X509Certificate> below) throws TlsFailure {
        if (below.isEmpty()) {
            return;
        }
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
        } catch (GeneralSecurityException e) {
            throw new TlsFailure(Why.NOT_TRUSTED, "its certificate is not by the authority that TLSA names: " + e.getMessage(), e);
        }
    }

    private void named(List<String> wanted) throws TlsFailure {
        var names = names();
        if (names.stream().noneMatch(name -> wanted.stream().anyMatch(w -> covers(name, w)))) {
            throw new TlsFailure(Why.OTHER_NAME, "its certificate is for " + String.join(", ", names) + ", not for " + String.join(", ", wanted));
        }
    }

    /** RFC 9525 §6.3: an asterisk stands for the whole first label. */
    static boolean covers(String name, String wanted) {
        var pattern = name.toLowerCase(Locale.ROOT);
        var host = wanted.toLowerCase(Locale.ROOT);
        int dot = host.indexOf('.');
        return pattern.equals(host) || pattern.startsWith("*.") && dot > 0 && host.indexOf('.', dot + 1) > 0
                && pattern.substring(1).equals(host.substring(dot));
    }

    /** The common name counts only where there is no other (RFC 7672 §3.2.3). */
    private List<String> names() {
        var names = new ArrayList<String>();
        try {
            var alternatives = chain.getFirst().getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream().filter(a -> a.get(0).equals(DNS_NAME)).forEach(a -> names.add(a.get(1).toString()));
            }
            if (names.isEmpty()) {
                new LdapName(chain.getFirst().getSubjectX500Principal().getName()).getRdns().stream()
                        .filter(r -> r.getType().equalsIgnoreCase("CN")).forEach(r -> names.add(r.getValue().toString()));
            }
        } catch (CertificateException | InvalidNameException e) {
            return List.of(); // it names nobody that could be read
        }
        return List.copyOf(names);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException(e); // it was decoded from that
        }
    }

    private static byte[] digest(String algorithm, byte[] octets) {
        try {
            return MessageDigest.getInstance(algorithm).digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has them
        }
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
