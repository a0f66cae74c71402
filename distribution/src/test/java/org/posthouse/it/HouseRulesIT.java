package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What keeps bundles replaceable, read from the jars as they ship and from the sources. */
final class HouseRulesIT {
    private static final Pattern ALLOWED = Pattern.compile("java\\..*|javax\\..*|jdk\\..*|org\\.w3c\\..*|org\\.xml\\..*|org\\.slf4j(\\..*)?"
            + "|org\\.osgi\\..*|org\\.bouncycastle\\..*|org\\.apache\\.james\\.mime4j(\\..*)?"
            + "|org\\.posthouse\\.(net|message|pipeline|queue|auth|mailbox|state|disk|observe)");
    private static final Set<String> KINDS = Set.of("net.Protocol", "pipeline.Filter", "queue.Delivery", "auth.Directory",
            "queue.Queue", "mailbox.Store", "mailbox.MailboxEngine", "state.StateStore");
    private static final int LONGEST_FILE = 500;

    private static List<Path> bundles() throws IOException {
        try (var files = Files.list(Server.PROGRAM.resolve("bundles"))) {
            var jars = files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
            assertTrue(jars.size() >= 8, jars.toString());
            return jars;
        }
    }

    @Test
    void bundlesImportNothingButTheJdkAndWhatTheHouseOffers() throws IOException {
        var wrong = new ArrayList<String>();
        for (var file : bundles()) {
            try (var jar = new JarFile(file.toFile())) {
                var main = jar.getManifest().getMainAttributes();
                packages(main.getValue("Import-Package")).filter(p -> !ALLOWED.matcher(p).matches())
                        .forEach(p -> wrong.add(file.getFileName() + " imports " + p));
                if (main.getValue("Export-Package") != null) {
                    wrong.add(file.getFileName() + " exports " + main.getValue("Export-Package"));
                }
                if (!main.getValue("Bundle-SymbolicName").equals("org.posthouse." + file.getFileName().toString().replace(".jar", ""))) {
                    wrong.add(file.getFileName() + " is named " + main.getValue("Bundle-SymbolicName"));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Splits an OSGi header at the commas outside quotes and takes the package names. */
    private static Stream<String> packages(String header) {
        return header == null ? Stream.empty()
                : Stream.of(header.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).map(c -> c.split(";")[0].strip());
    }

    @Test
    void nobodyButCoreRefersToAKind() throws IOException {
        var wrong = new ArrayList<String>();
        for (var file : bundles()) {
            try (var jar = new JarFile(file.toFile())) {
                for (var entry : jar.stream().filter(e -> e.getName().matches("OSGI-INF/[^/]*\\.xml")).toList()) {
                    var xml = new String(jar.getInputStream(entry).readAllBytes());
                    KINDS.stream().filter(k -> Pattern.compile("<reference[^>]*interface=\"org.posthouse." + k + "\"").matcher(xml).find())
                            .forEach(k -> wrong.add(file.getFileName() + " " + entry.getName() + " refers to " + k));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void noFileIsOverFiveHundredLines() throws IOException {
        assertEquals(List.of(), sources().filter(f -> lines(f).size() > LONGEST_FILE).toList());
    }

    @Test
    void minaStaysInNetAndTheFrameworkInTheKernel() throws IOException {
        var main = sources().filter(f -> f.toString().contains("/src/main/")).toList();
        assertTrue(main.size() > 100);
        assertEquals(List.of(), main.stream().filter(f -> !f.toString().contains("/core/src/main/java/org/posthouse/net/"))
                .filter(f -> mentions(f, "import org.apache.mina")).toList());
        assertEquals(List.of(), main.stream().filter(f -> !f.toString().matches(".*/core/src/main/java/org/posthouse/(kernel|launch)/.*"))
                .filter(f -> mentions(f, "BundleContext")).toList());
    }

    private static boolean mentions(Path file, String word) {
        return lines(file).stream().anyMatch(l -> l.contains(word));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> sources() throws IOException {
        try (var files = Files.walk(root())) {
            return files.filter(f -> f.toString().endsWith(".java") && !f.toString().contains("/target/")).toList().stream();
        }
    }

    static Path root() {
        return Path.of("").toAbsolutePath().getParent();
    }
}
