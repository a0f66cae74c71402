package org.posthouse.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds what core shows to bundles against {@code core/api.txt}, so that nothing of it changes unnoticed. A wanted change is made
 * there by hand (the text as it is now lies in {@code core/target/api.txt}), together with the package's version.
 */
final class ApiTextTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final Pattern EXPORT = Pattern.compile("(org\\.posthouse\\.\\w+)((?:;[^,\"]*(?:\"[^\"]*\")?)*)");
    private static final Pattern EXCLUDE = Pattern.compile("exclude:=\"([^\"]*)\"");

    @Test
    void whatBundlesSeeIsWhatTheTextSays() throws Exception {
        var now = new ArrayList<String>();
        for (var export : exports().entrySet()) {
            for (var type : types(export.getKey(), export.getValue())) {
                now.addAll(lines(type));
            }
        }
        assertTrue(now.size() > 200);
        Files.write(Path.of("target/api.txt"), now);
        assertEquals(String.join("\n", Files.readAllLines(Path.of("api.txt"))), String.join("\n", now));
    }

    /** Packages with the names that are excluded from them. */
    private static Map<String, List<String>> exports() throws IOException {
        var found = new TreeMap<String, List<String>>();
        try (var in = Files.newInputStream(CLASSES.resolve("META-INF/MANIFEST.MF"))) {
            var exports = EXPORT.matcher(new Manifest(in).getMainAttributes().getValue("Export-Package"));
            while (exports.find()) {
                var exclude = EXCLUDE.matcher(exports.group(2));
                if (exports.start() == 0 || !exports.group(2).isEmpty()) {
                    found.put(exports.group(1), exclude.find() ? List.of(exclude.group(1).split(",")) : List.of());
                }
            }
        }
        assertEquals(9, found.size(), found.keySet().toString());
        return found;
    }

    private static List<Class<?>> types(String exported, List<String> excluded) throws IOException, ClassNotFoundException {
        var types = new ArrayList<Class<?>>();
        try (var files = Files.list(CLASSES.resolve(exported.replace('.', '/')))) {
            for (var name : files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".class")).sorted().toList()) {
                var simple = name.replace(".class", "");
                if (simple.equals("package-info") || excluded.stream().anyMatch(e -> simple.matches(e.replace("$", "\\$").replace("*", ".*")))) {
                    continue;
                }
                var type = Class.forName(exported + "." + simple, false, ApiTextTest.class.getClassLoader());
                if (visible(type)) {
                    types.add(type);
                }
            }
        }
        return types;
    }

    private static boolean visible(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && (type.getDeclaringClass() == null || visible(type.getDeclaringClass()));
    }

    private static List<String> lines(Class<?> type) {
        var lines = new ArrayList<String>();
        lines.add(type.toGenericString());
        if (type.isSealed()) {
            lines.add("  permits " + Stream.of(type.getPermittedSubclasses()).map(Class::getName).sorted().toList());
        }
        Stream.<Member>concat(Stream.concat(Arrays.stream(type.getDeclaredFields()), Arrays.stream(type.getDeclaredConstructors())),
                Arrays.stream(type.getDeclaredMethods()))
                .filter(m -> (Modifier.isPublic(m.getModifiers()) || Modifier.isProtected(m.getModifiers())) && !m.isSynthetic())
                .map(m -> "  " + (m instanceof Field f ? f.toGenericString() : ((Executable) m).toGenericString())).sorted()
                .forEach(lines::add);
        return lines;
    }
}
