package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;
import org.posthouse.net.Outgoing.Proof;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.Type;

/** Whatever TLSA records say, a certificate is proven by one that matches it, and by no other. The input is their data, with 0x1e between them. */
final class TlsaFuzzTest implements FuzzTarget {
    private final X509Certificate certificate;

    TlsaFuzzTest() throws Exception {
        var folder = Scratch.folder();
        TestCertificates.write(folder, "s", TestCertificates.Key.EC, "mail.example.test");
        try (var in = Files.newInputStream(folder.resolve("s.pem"))) {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Override
    public void take(byte[] input) throws Exception {
        var records = new ArrayList<Dns.Tlsa>();
        for (var data : Pieces.of(input, 0, 4)) {
            try {
                if (Record.newRecord(Name.root, Type.TLSA, DClass.IN, 1, data) instanceof TLSARecord t) {
                    records.add(new Dns.Tlsa(t.getCertificateUsage(), t.getSelector(), t.getMatchingType(), t.getCertificateAssociationData()));
                }
            } catch (IllegalArgumentException notARecord) { // the boundary of one answer, in NameServer
                continue;
            }
        }
        Object became;
        try {
            became = new PeerCertificate(new Certificate[] {certificate}, new Nobody()).check(new Trust.Dane(records, List.of("mail.example.test"))).proof();
        } catch (TlsFailure refused) {
            became = "refused";
        }
        assertEquals(matches(records) ? Proof.DANE : "refused", became);
    }

    private boolean matches(List<Dns.Tlsa> records) throws Exception {
        for (var record : records) {
            byte[] selected = record.selector() == 0 ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
            byte[] wanted = switch (record.matchingType()) {
                case 0 -> selected;
                case 1 -> MessageDigest.getInstance("SHA-256").digest(selected);
                case 2 -> MessageDigest.getInstance("SHA-512").digest(selected);
                default -> new byte[0];
            };
            boolean usable = (record.usage() == 2 || record.usage() == 3) && record.selector() <= 1 && record.matchingType() <= 2;
            if (usable && Arrays.equals(wanted, record.data())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<String> seeds() {
        try {
            var seeds = new ArrayList<String>(List.of("", "\u0003", "\u0003\u0001\u0001", "\u0003\u0001\u0001x\u001e\u0002\u0000\u0002y"));
            for (char usage = 0; usage < 4; usage++) {
                seeds.add(usage + "\u0001\u0001" + text(MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded())));
                seeds.add(usage + "\u0000\u0002" + text(MessageDigest.getInstance("SHA-512").digest(certificate.getEncoded())));
                seeds.add(usage + "\u0001\u0000" + text(certificate.getPublicKey().getEncoded()));
            }
            return seeds;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @Override
    public long mayAllocate(int octets) {
        return (4 << 20) + 2_000L * octets;
    }

    /** Roots of which there are none. */
    private static final class Nobody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
