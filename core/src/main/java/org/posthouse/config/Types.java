package org.posthouse.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import javax.xml.stream.XMLStreamException;
import org.osgi.framework.Version;

/** The keys of every section: core's from core.jar, the bundles' from their jars; both as metatype files. */
final class Types {
    private static final String FOLDER = "OSGI-INF/metatype/";
    private static final int FILE_OCTETS = 1 << 20;
    private static final Set<String> CORES = Set.of("", "pipeline", "routing", "route", "listener");

    private record Definition(boolean named, SequencedMap<String, KeyType> keys) {}

    private record Bundle(Version version, Map<String, Definition> definitions) {}

    private final SequencedMap<String, SequencedMap<String, KeyType>> keys = new LinkedHashMap<>();
    private final Set<String> named = new HashSet<>();
    private final SequencedMap<String, KeyType> filterKeys = core("FilterKeys");
    private final List<Problem> problems = new ArrayList<>();

    /** @param jars of two with one name the higher version counts, then the later in the list */
    Types(List<Path> jars) {
        keys.put("", core("TopKeys"));
        keys.put("pipeline", core("PipelineKeys"));
        keys.put("routing", core("RoutingKeys"));
        keys.put("route", core("RouteKeys"));
        keys.put("listener", core("ListenerKeys"));
        named.add("route");
        named.add("listener");
        var bundles = new TreeMap<String, Bundle>();
        jars.forEach(jar -> bundle(jar, bundles));
        bundles.values().forEach(b -> b.definitions().forEach((section, definition) -> {
            keys.putIfAbsent(section, definition.keys());
            if (definition.named()) {
                named.add(section);
            }
        }));
    }

    /** Jars that could not be read. */
    List<Problem> problems() {
        return problems;
    }

    /** The keys of every section by the first word of its header; the top lines' is empty. */
    SequencedMap<String, SequencedMap<String, KeyType>> keys() {
        return keys;
    }

    /** Whether the section has a second word, as {@code [listener mx]}. */
    boolean named(String word) {
        return named.contains(word);
    }

    /** Whether the section is a bundle's, and not core's own. */
    boolean isBundles(String word) {
        return !CORES.contains(word);
    }

    /** Whether a key of this section is core's, though the section is a bundle's. */
    boolean isCores(String word, String id) {
        return isFilter(word) && filterKeys.values().stream().anyMatch(type -> type.id().equals(id));
    }

    static boolean isFilter(String section) {
        return section.startsWith("filter-");
    }

    /** The name of a bundle, {@code filter-greylist} of {@code org.posthouse.filter-greylist;singleton:=true}. */
    static String nameOf(String symbolicName) {
        String name = symbolicName.split(";", -1)[0].strip();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static SequencedMap<String, KeyType> core(String keys) {
        var name = FOLDER + Types.class.getPackageName() + "." + keys + ".xml";
        try (var file = Types.class.getClassLoader().getResourceAsStream(name)) {
            return MetatypeReader.read(file.readAllBytes()).getFirst().keys();
        } catch (IOException | XMLStreamException e) {
            throw new IllegalStateException("core.jar is damaged", e);
        }
    }

    private void bundle(Path path, Map<String, Bundle> bundles) {
        try (var jar = new JarFile(path.toFile())) {
            var name = symbolicName(jar.getManifest());
            if (name.isEmpty()) {
                return;
            }
            var bundle = new Bundle(version(jar.getManifest()), definitions(nameOf(name.get()), jar));
            bundles.merge(nameOf(name.get()), bundle, (a, b) -> b.version().compareTo(a.version()) >= 0 ? b : a);
        } catch (IOException | XMLStreamException | RuntimeException e) { // the boundary of one jar
            problems.add(new Problem(new Place(path, 0), "cannot be read as a bundle: " + e.getMessage(),
                    "replace it or take it away"));
        }
    }

    private static Optional<String> symbolicName(Manifest manifest) {
        return Optional.ofNullable(manifest).map(m -> m.getMainAttributes().getValue("Bundle-SymbolicName"));
    }

    private static Version version(Manifest manifest) {
        return Version.parseVersion(manifest.getMainAttributes().getValue("Bundle-Version"));
    }

    /** A bundle without settings has a section without keys, so that a mistaken key is named and not its section. */
    private Map<String, Definition> definitions(String bundle, JarFile jar) throws IOException, XMLStreamException {
        var found = new TreeMap<String, Definition>();
        for (JarEntry entry : jar.stream().filter(e -> e.getName().startsWith(FOLDER) && e.getName().endsWith(".xml")).toList()) {
            try (var in = jar.getInputStream(entry)) {
                for (var object : MetatypeReader.read(bounded(in))) {
                    if (!object.pid().isEmpty()) {
                        add(found, object);
                    }
                }
            }
        }
        found.computeIfAbsent(bundle, _ -> new Definition(false, new LinkedHashMap<>()));
        found.forEach((section, definition) -> {
            if (isFilter(section)) {
                definition.keys().putAll(filterKeys);
            }
        });
        return found;
    }

    /** Several components may share the configuration of their bundle. */
    private static void add(Map<String, Definition> found, MetatypeReader.ObjectClass object) {
        var definition = found.computeIfAbsent(object.pid(), _ -> new Definition(object.factory(), new LinkedHashMap<>()));
        definition.keys().putAll(object.keys());
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] octets = in.readNBytes(FILE_OCTETS + 1);
        if (octets.length > FILE_OCTETS) {
            throw new IOException("its metatype file is larger than " + FILE_OCTETS + " octets");
        }
        return octets;
    }
}
