package org.posthouse.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Jars that look like bundles, with metatype files as bnd writes them. */
final class SampleJar {
    private SampleJar() {}

    static Path without(Path file, String name) throws IOException {
        return write(file, name, "1.0.0", "");
    }

    static Path greylist(Path file) throws IOException {
        return greylist(file, "1.0.0", "");
    }

    static Path greylist(Path file, String version, String more) throws IOException {
        return write(file, "filter-greylist", version, """
                <?xml version="1.0" encoding="UTF-8"?>
                <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0" localization="OSGI-INF/l10n/x">
                  <OCD id="g" name="filter-greylist" description="Greylisting">
                    <AD id="delay" type="String" name="duration" description="How long" min="1s" max="1d" default="5m"/>
                    <AD id="max.size" type="Integer" name="Max size" description="How many" min="1" max="9" default="3"/>
                    <AD id="weight" type="Double" name="Weight" description="How much" default="1.5"/>
                    <AD id="learn" type="Boolean" name="Learn" description="Whether" default="false"/>
                    <AD id="text" type="String" name="Text" description="What" max="20" default="x"/>
                    <AD id="cache" type="String" name="size" description="How large" default="1M"/>
                    <AD id="from" type="String" name="address" description="Who" default=""/>
                    <AD id="networks" type="String" cardinality="2147483647" name="network" description="Whom" default="127.0.0.0/8,::1"/>
                    <AD id="kind" type="String" name="Kind" description="Which" default="soft">
                      <Option label="soft" value="soft"/>
                      <Option label="hard" value="hard"/>
                    </AD>
                  %s</OCD>
                  <Designate pid="filter-greylist"><Object ocdref="g"/></Designate>
                </metatype:MetaData>
                """.formatted(more));
    }

    static Path factory(Path file) throws IOException {
        return write(file, "directory-sql", "1.0.0", """
                <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
                  <OCD id="s" name="directory-sql"><AD id="url" type="String" name="Url"/></OCD>
                  <Designate factoryPid="directory-sql"><Object ocdref="s"/></Designate>
                </metatype:MetaData>
                """);
    }

    static Path write(Path file, String name, String version, String metatype) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "org.posthouse." + name + ";singleton:=true");
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            if (!metatype.isEmpty()) {
                jar.putNextEntry(new ZipEntry("OSGI-INF/metatype/org.posthouse.Config.xml"));
                jar.write(metatype.getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }
}
