package org.posthouse.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.osgi.framework.Version;

/**
 * A bundle's jar as it lies in {@code bundles/} or {@code plugins/}, looked at before it may run.
 *
 * @param name     the end of its Bundle-SymbolicName, {@code filter-greylist}: its identity
 * @param services the interfaces its components provide
 * @param pids     the configurations its components listen to
 * @param plugin   whether it lies in {@code plugins/}
 */
record Jar(Path file, String name, Version version, List<String> services, List<String> pids, boolean plugin,
        long size, FileTime modified) {
    /** The higher version wins, then the later file, then the one in plugins/. */
    static final Comparator<Jar> BEST_LAST = Comparator.comparing(Jar::version).thenComparing(Jar::modified)
            .thenComparing(Jar::plugin);

    /** Reads every entry once, so that a truncated or damaged jar is found before it replaces one that works. */
    static Jar read(Path file, boolean plugin) throws BadJar {
        try (var jar = new JarFile(file.toFile(), true)) {
            var modified = Files.getLastModifiedTime(file);
            readAll(jar);
            var manifest = jar.getManifest();
            if (manifest == null) {
                throw new BadJar("it has no META-INF/MANIFEST.MF; build it as an OSGi bundle");
            }
            var name = header(manifest, "Bundle-SymbolicName").replaceAll(";.*", "").strip();
            var described = described(jar, manifest);
            return new Jar(file, name.substring(name.lastIndexOf('.') + 1), versionOf(manifest), described.services(),
                    described.pids(), plugin, Files.size(file), modified);
        } catch (ZipException e) {
            throw new BadJar("it is not a complete jar (" + e.getMessage() + "); write it elsewhere and rename it in", e);
        } catch (IOException e) {
            throw new BadJar("it cannot be read: " + e.getMessage(), e);
        } catch (XMLStreamException e) {
            throw new BadJar("its component description is not right: " + e.getMessage(), e);
        } catch (RuntimeException e) { // the boundary of one jar: a wrong signature, or an entry that is not what it says
            throw new BadJar("it cannot be read: " + e, e);
        }
    }

    /** Whether the same file is still there, as far as its folder tells. */
    boolean same(Jar other) {
        return file.equals(other.file) && size == other.size && modified.equals(other.modified);
    }

    /** {@code filter-greylist 0.1.0}. */
    String label() {
        return name + " " + version;
    }

    private static void readAll(JarFile jar) throws IOException {
        for (var entries = jar.entries(); entries.hasMoreElements();) {
            try (InputStream in = jar.getInputStream(entries.nextElement())) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static String header(Manifest manifest, String name) throws BadJar {
        var value = manifest.getMainAttributes().getValue(name);
        if (value == null || value.isBlank()) {
            throw new BadJar("its manifest has no " + name + "; build it as an OSGi bundle");
        }
        return value.strip();
    }

    private static Version versionOf(Manifest manifest) throws BadJar {
        var text = header(manifest, "Bundle-Version");
        try {
            return Version.parseVersion(text);
        } catch (IllegalArgumentException e) {
            throw new BadJar("its Bundle-Version '" + text + "' is not a version; write it like 1.0.2", e);
        }
    }

    /** What its component descriptions say (OSGi Compendium 112.4). */
    private record Described(List<String> services, List<String> pids, List<String> classes) {}

    private static Described described(JarFile jar, Manifest manifest) throws IOException, XMLStreamException, BadJar {
        var all = new Described(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        var components = manifest.getMainAttributes().getValue("Service-Component");
        for (var path : components == null ? new String[0] : components.split(",")) {
            for (var name : matching(jar, path.strip())) {
                var entry = jar.getEntry(name);
                if (entry == null) {
                    throw new BadJar("its manifest names the component " + name + ", which is not in it");
                }
                try (var in = jar.getInputStream(entry)) {
                    describe(in, all);
                }
            }
        }
        boolean inJarsOfItsOwn = manifest.getMainAttributes().getValue("Bundle-ClassPath") != null;
        for (var type : inJarsOfItsOwn ? List.<String>of() : all.classes()) { // DS would not say which one it misses
            if (jar.getEntry(type.replace('.', '/') + ".class") == null) {
                throw new BadJar("its component is the class " + type + ", which is not in it");
            }
        }
        return all;
    }

    private static List<String> matching(JarFile jar, String path) throws BadJar {
        if (!path.contains("*")) {
            return List.of(path);
        }
        var pattern = Arrays.stream(path.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining("[^/]*"));
        var names = jar.stream().map(ZipEntry::getName).filter(n -> n.matches(pattern)).toList();
        if (names.isEmpty()) {
            throw new BadJar("its manifest names the components " + path + ", and there is none in it");
        }
        return names;
    }

    private static void describe(InputStream xml, Described all) throws XMLStreamException {
        var inputs = XMLInputFactory.newInstance();
        inputs.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        inputs.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        var reader = inputs.createXMLStreamReader(xml);
        while (reader.hasNext()) {
            if (reader.next() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            switch (reader.getLocalName()) {
                case "implementation" -> Optional.ofNullable(reader.getAttributeValue(null, "class")).ifPresent(all.classes()::add);
                case "provide" -> Optional.ofNullable(reader.getAttributeValue(null, "interface")).ifPresent(all.services()::add);
                case "component" -> {
                    var pids = Optional.ofNullable(reader.getAttributeValue(null, "configuration-pid"))
                            .or(() -> Optional.ofNullable(reader.getAttributeValue(null, "name")));
                    pids.ifPresent(p -> all.pids().addAll(List.of(p.strip().split("\\s+"))));
                }
                default -> { }
            }
        }
    }
}
