package org.posthouse.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.posthouse.config.Configuration;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;

/**
 * A file in {@code plugins/} is a bundle, or what is wrong with it is said, also by the check of the configuration. The input is such
 * a file, or else a manifest, a component's description and its settings, with 0x1e between them.
 */
final class JarFuzzTest implements FuzzTarget {
    private final Path folder;

    JarFuzzTest() throws IOException {
        folder = Scratch.folder();
        Files.writeString(folder.resolve("posthouse.conf"), "hostname = a.test\ndomains = a.test\n");
    }

    @Override
    public void take(byte[] input) throws IOException {
        boolean whole = input.length > 1 && input[0] == 'P' && input[1] == 'K';
        var file = Files.write(folder.resolve("x.jar"), whole ? input : jar(Pieces.of(input, 0, 3)));
        try {
            assertFalse(Jar.read(file, true).label().isBlank());
        } catch (BadJar e) {
            assertFalse(e.getMessage().isBlank());
        }
        Configuration.load(folder, List.of(file));
    }

    private static byte[] jar(List<byte[]> pieces) throws IOException {
        var octets = new ByteArrayOutputStream();
        try (var jar = new ZipOutputStream(octets)) {
            entry(jar, "META-INF/MANIFEST.MF", pieces.get(0));
            entry(jar, "OSGI-INF/c.xml", pieces.get(1));
            entry(jar, "OSGI-INF/metatype/c.xml", pieces.get(2));
        }
        return octets.toByteArray();
    }

    private static void entry(ZipOutputStream jar, String name, byte[] octets) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(octets);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(octets.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        jar.putNextEntry(entry);
        jar.write(octets);
    }

    @Override
    public List<String> seeds() {
        var manifest = "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.posthouse.filter-x;singleton:=true\r\nBundle-Version: 1.0.0\r\n"
                + "Service-Component: OSGI-INF/c*.xml\r\n\r\n";
        var component = "<component name=\"x\" configuration-pid=\"filter-x\"><implementation class=\"OSGI-INF\"/><service>"
                + "<provide interface=\"org.posthouse.pipeline.Filter\"/></service></component>";
        var metatype = "<MetaData><OCD id=\"g\" name=\"x\"><AD id=\"a.b\" type=\"Integer\" min=\"1\" max=\"9\" default=\"3\"/>"
                + "<AD id=\"k\" cardinality=\"9\" default=\"a,b\" required=\"false\"><Option value=\"a\"/></AD></OCD>"
                + "<Designate pid=\"filter-x\"><Object ocdref=\"g\"/></Designate></MetaData>";
        try {
            var pieces = List.of(manifest, component, metatype);
            var whole = jar(pieces.stream().map(p -> p.getBytes(StandardCharsets.ISO_8859_1)).toList());
            return List.of(String.join("\u001e", pieces), new String(whole, StandardCharsets.ISO_8859_1), "PK\5\6" + "\0".repeat(18));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public List<String> words() {
        return List.of("Bundle-SymbolicName: ", "Bundle-Version: ", "Service-Component: ", "Bundle-ClassPath: ", "\r\n ", "\r\n\r\nName: x\r\n", "<!DOCTYPE a [", "<!ENTITY ", "&a;",
                "<![CDATA[", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "<OCD ", "<AD ", "/>", "factoryPid=", "type=\"Double\"", "type=\"Boolean\"", "PK\1\2", "PK\3\4", "SHA-256-Digest: ");
    }

    @Override
    public long mayAllocate(int octets) {
        return (16 << 20) + 20_000L * octets; // all definitions of keys are read each time
    }
}
