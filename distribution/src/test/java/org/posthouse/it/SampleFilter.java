package org.posthouse.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;

/**
 * Makes jars of a sample filter, good and broken ones, with the JDK's compiler. A good one stamps every message with the header
 * field X-Sample and refuses those whose subject has the word "refuse".
 */
final class SampleFilter {
    enum Flaw { NONE, TRUNCATED, THROWS_IN_CONSTRUCTOR, THROWS_WHEN_CALLED, HANGS, MISSING_IMPORT, NOT_A_BUNDLE }

    private static final String SOURCE = """
            package sample;
            import org.posthouse.message.Content;
            import org.posthouse.pipeline.*;
            public final class SampleFilter implements Filter {
                public SampleFilter() { %s }
                @Override public Verdict onMessage(Client client, Envelope envelope, Content message) {
                    %s
                    if (message.headers().first("Subject").orElse("").contains("refuse")) {
                        return Verdict.refuse("5.7.1", "refused by sample %s");
                    }
                    return Verdict.PASS.and(new Verdict.Effect.AddHeader("X-Sample", "%s"));
                }
            }
            """;
    private static final String COMPONENT = """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.5.0" name="filter-sample">
              <implementation class="sample.SampleFilter"/>
              <service><provide interface="org.posthouse.pipeline.Filter"/></service>
            </scr:component>
            """;

    private final Path work;
    private final Map<String, Map<String, byte[]>> compiled = new TreeMap<>();

    SampleFilter(Path work) {
        this.work = work;
    }

    byte[] jar(String version, Flaw flaw) throws IOException {
        if (flaw == Flaw.NOT_A_BUNDLE) {
            return "this is no jar".getBytes(StandardCharsets.US_ASCII);
        }
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.example.filter-sample");
        main.putValue("Bundle-Version", version);
        main.putValue("Import-Package", "org.posthouse.message,org.posthouse.pipeline"
                + (flaw == Flaw.MISSING_IMPORT ? ",org.example.missing" : ""));
        main.putValue("Service-Component", "OSGI-INF/filter.xml");
        var octets = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(octets, manifest)) {
            put(jar, "OSGI-INF/filter.xml", COMPONENT.getBytes(StandardCharsets.UTF_8));
            for (var entry : classes(version, flaw).entrySet()) {
                put(jar, entry.getKey(), entry.getValue());
            }
        }
        var whole = octets.toByteArray();
        return flaw == Flaw.TRUNCATED ? Arrays.copyOf(whole, whole.length * 2 / 3) : whole;
    }

    private Map<String, byte[]> classes(String version, Flaw flaw) throws IOException {
        var key = version + flaw;
        if (!compiled.containsKey(key)) {
            compiled.put(key, compile(SOURCE.formatted(
                    flaw == Flaw.THROWS_IN_CONSTRUCTOR ? "if (true) throw new IllegalStateException(\"born broken\");" : "",
                    switch (flaw) {
                        case THROWS_WHEN_CALLED -> "if (true) throw new IllegalStateException(\"broken at work\");";
                        case HANGS -> "try { Thread.sleep(600000); } catch (InterruptedException e) { }";
                        default -> "";
                    }, version, version)));
        }
        return compiled.get(key);
    }

    private Map<String, byte[]> compile(String source) throws IOException {
        var folder = Files.createTempDirectory(work, "sample");
        var file = Files.writeString(folder.resolve("SampleFilter.java"), source);
        var core = Server.core();
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(), "-cp",
                core.toString(), file.toString());
        if (status != 0) {
            throw new IOException("the sample does not compile");
        }
        return Map.of("sample/SampleFilter.class", Files.readAllBytes(folder.resolve("sample/SampleFilter.class")));
    }

    private static void put(JarOutputStream jar, String name, byte[] octets) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(octets);
        jar.closeEntry();
    }

    /** Writes elsewhere and renames in, as the manual says. */
    static void drop(Path home, String name, byte[] octets) throws IOException {
        var beside = Files.write(home.resolve("var").resolve(name + ".part"), octets);
        Files.move(beside, home.resolve("plugins").resolve(name), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** A shipped bundle's jar with another version, without some of its classes. */
    static byte[] variant(String bundle, String version, List<String> without) throws IOException {
        var octets = new ByteArrayOutputStream();
        try (var from = new JarFile(Server.PROGRAM.resolve("bundles/" + bundle + ".jar").toFile())) {
            var manifest = new Manifest(from.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (var to = new JarOutputStream(octets, manifest)) {
                for (var entry : from.stream().toList()) {
                    if (entry.isDirectory() || entry.getName().equals(JarFile.MANIFEST_NAME)
                            || without.stream().anyMatch(entry.getName()::endsWith)) {
                        continue;
                    }
                    try (var in = from.getInputStream(entry)) {
                        put(to, entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return octets.toByteArray();
    }
}
