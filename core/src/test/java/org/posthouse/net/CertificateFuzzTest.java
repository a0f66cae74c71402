package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;

/** A chain and its key can be served, or the file that is wrong is named. The input is both, with 0x1e between them. */
final class CertificateFuzzTest implements FuzzTarget {
    private final Path folder;
    private final CertificateFiles files;

    CertificateFuzzTest() throws IOException {
        folder = Scratch.folder();
        files = new CertificateFiles(folder);
    }

    @Override
    public void take(byte[] input) throws IOException {
        var pieces = Pieces.of(input, 0, 2);
        Files.write(folder.resolve("a.pem"), pieces.get(0));
        Files.write(folder.resolve("a.key"), pieces.get(1));
        try {
            files.read(folder.resolve("a.pem"));
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("/a."), e::getMessage);
        }
    }

    @Override
    public List<String> seeds() {
        try {
            var seeds = new ArrayList<String>();
            TestCertificates.write(folder, "s", TestCertificates.Key.ED25519, "mail.example.test");
            seeds.add(both(".pem"));
            TestCertificates.writeTraditional(folder, "s", TestCertificates.Key.EC, "mail.example.test");
            seeds.add(both(".crt"));
            return seeds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String both(String end) throws IOException {
        return Files.readString(folder.resolve("s" + end), StandardCharsets.ISO_8859_1) + "\u001e"
                + Files.readString(folder.resolve("s.key"), StandardCharsets.ISO_8859_1);
    }

    @Override
    public List<String> words() {
        return List.of("-----BEGIN ", "-----END ", "CERTIFICATE", "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "-----\n", "EC PARAMETERS", "PKCS7",
                "Proc-Type: 4,ENCRYPTED\n", "DEK-Info: AES-128-CBC,00\n");
    }

    @Override
    public long mayAllocate(int octets) {
        return (8 << 20) + 2_000L * octets;
    }
}
