package org.posthouse.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;

/** The jar of a filter that does nothing, of any name, to be spoiled in one way or another. */
final class FilterJar {
    private final String name;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private String constructor = "";
    private String component = "example.Idle";

    /** @param name {@code filter-x} */
    FilterJar(String name) {
        this.name = name;
        headers.put("Bundle-ManifestVersion", "2");
        headers.put("Bundle-SymbolicName", "org.example." + name);
        headers.put("Bundle-Version", "1.0.0");
        headers.put("Import-Package", "org.posthouse.message, org.posthouse.pipeline");
        headers.put("Service-Component", "OSGI-INF/filter.xml");
    }

    FilterJar with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    FilterJar without(String header) {
        headers.remove(header);
        return this;
    }

    /** What its constructor does. */
    FilterJar constructing(String code) {
        constructor = code;
        return this;
    }

    /** The class its component description names. */
    FilterJar implementedBy(String type) {
        component = type;
        return this;
    }

    byte[] octets(Path work) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach(manifest.getMainAttributes()::putValue);
        var octets = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(octets, manifest)) {
            put(jar, "OSGI-INF/filter.xml", """
                    <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.5.0" name="%s">
                      <implementation class="%s"/>
                      <service><provide interface="org.posthouse.pipeline.Filter"/></service>
                    </scr:component>
                    """.formatted(name, component).getBytes(StandardCharsets.UTF_8));
            put(jar, "example/Idle.class", compiled(Files.createTempDirectory(work, name)));
        }
        return octets.toByteArray();
    }

    private byte[] compiled(Path folder) throws IOException {
        var source = Files.writeString(folder.resolve("Idle.java"), """
                package example;
                public final class Idle implements org.posthouse.pipeline.Filter {
                    public Idle() { %s }
                }
                """.formatted(constructor));
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(), "-cp",
                Server.core().toString(), source.toString());
        if (status != 0) {
            throw new IOException("the filter does not compile");
        }
        return Files.readAllBytes(folder.resolve("example/Idle.class"));
    }

    private static void put(JarOutputStream jar, String name, byte[] octets) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(octets);
        jar.closeEntry();
    }
}
