package org.posthouse.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;

/**
 * Makes a bundle of one class {@code strange.Strange}, with a component unless it provides nothing, and one setting {@code word}.
 *
 * @param provides the interface its component provides; empty for none
 * @param header   one more line of the manifest, {@code Name: value}, or empty
 */
record StrangeJar(String name, String version, String provides, String header, String source) {
    private static final String COMPONENT = """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.5.0" name="%1$s" configuration-pid="%1$s"%3$s>
              <implementation class="strange.Strange"/>
              <service><provide interface="%2$s"/></service>
            </scr:component>
            """;
    private static final String SETTINGS = """
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
              <OCD id="o" name="%1$s" description="Strange"><AD id="word" type="String" name="Word" description="A word" default="x"/></OCD>
              <Designate pid="%1$s"><Object ocdref="o"/></Designate>
            </metatype:MetaData>
            """;

    byte[] octets(Path work) throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.example." + name);
        main.putValue("Bundle-Version", version);
        if (!provides.isEmpty()) {
            main.putValue("Service-Component", "OSGI-INF/strange.xml");
        }
        if (!header.isEmpty()) {
            main.putValue(header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 1).strip());
        }
        var init = source.contains("Strange(java.util.Map") ? " init=\"1\"" : ""; // its constructor takes the settings
        var octets = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(octets, manifest)) {
            put(jar, "OSGI-INF/strange.xml", COMPONENT.formatted(name, provides, init).getBytes(StandardCharsets.UTF_8));
            put(jar, "OSGI-INF/metatype/strange.xml", SETTINGS.formatted(name).getBytes(StandardCharsets.UTF_8));
            compile(work, jar);
        }
        return octets.toByteArray();
    }

    private void compile(Path work, JarOutputStream jar) throws IOException {
        var folder = Files.createTempDirectory(work, "strange");
        var file = Files.writeString(folder.resolve("Strange.java"), "package strange;\n" + source);
        var core = Server.core().toString();
        if (ToolProvider.getSystemJavaCompiler().run(null, null, null, "-nowarn", "-proc:none", "-d", folder.toString(), "-cp", core,
                file.toString()) != 0) {
            throw new IOException("the strange bundle does not compile");
        }
        try (var classes = Files.walk(folder)) {
            for (var each : classes.filter(f -> f.toString().endsWith(".class")).toList()) {
                put(jar, folder.relativize(each).toString(), Files.readAllBytes(each));
            }
        }
    }

    private static void put(JarOutputStream jar, String name, byte[] octets) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(octets);
        jar.closeEntry();
    }
}
