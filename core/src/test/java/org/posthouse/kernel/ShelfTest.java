package org.posthouse.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which jars are there, whatever lies beside them. */
final class ShelfTest {
    private static final String COMPONENT = """
            <component name="filter-a"><service><provide interface="org.posthouse.pipeline.Filter"/></service></component>
            """;

    @TempDir
    Path home;

    private Path plugins;
    private Shelf shelf;

    @BeforeEach
    void makeHome() throws IOException {
        plugins = Files.createDirectories(home.resolve("plugins"));
        shelf = new Shelf(Files.createDirectories(home.resolve("bundles")), plugins);
    }

    private static Path write(Path file, String name, String version, String component) throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-SymbolicName", "org.example." + name);
        main.putValue("Bundle-Version", version);
        main.putValue("Service-Component", component.startsWith("<") ? "OSGI-INF/c.xml" : component);
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.putNextEntry(new JarEntry("OSGI-INF/c.xml"));
            jar.write(component.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    @Test
    void anOddJarIsAProblemOfItsOwn() throws IOException {
        write(plugins.resolve("a.jar"), "filter-a", "1.0", COMPONENT);
        write(plugins.resolve("b.jar"), "filter-b", "1.0", "<component><service><provide/></service></component>");
        write(plugins.resolve("c.jar"), "filter-c", "1.0", "OSGI-INF/[*");
        write(plugins.resolve("d.jar"), "filter-d", "one", COMPONENT);
        write(plugins.resolve("e.jar"), "filter-e", "1.0", "<component");
        Files.writeString(plugins.resolve("f.jar"), "no jar");
        assertEquals(List.of("c.jar", "d.jar", "e.jar", "f.jar", "filter-a", "filter-b"), shelf.look(true));
        assertEquals(List.of("filter-a", "filter-b"), shelf.names());
        assertEquals(4, shelf.problems().size());
        assertEquals(List.of(), shelf.look(true));
    }

    @Test
    void aJarIsReadOnceItStandsStill() throws IOException {
        write(plugins.resolve("a.jar"), "filter-a", "1.0", COMPONENT);
        assertEquals(List.of(), shelf.look(false));
        assertEquals(List.of("filter-a"), shelf.look(false));
        write(plugins.resolve("a.jar"), "filter-a", "1.1", COMPONENT);
        assertEquals(List.of(), shelf.look(false));
        assertEquals("1.0.0", shelf.jars("filter-a").getFirst().version().toString());
        assertEquals(List.of("filter-a"), shelf.look(false));
        assertEquals("1.1.0", shelf.jars("filter-a").getFirst().version().toString());
        Files.delete(plugins.resolve("a.jar"));
        assertEquals(List.of(), shelf.look(false));
        assertEquals(List.of("filter-a"), shelf.look(false));
        assertEquals(List.of(), shelf.names());
    }

    @Test
    void aJarThatTakesTheNextNameIsNeverAway() throws IOException {
        write(plugins.resolve("a-1.jar"), "filter-a", "1.0", COMPONENT);
        shelf.look(true);
        Files.move(plugins.resolve("a-1.jar"), plugins.resolve("a-2.jar"));
        for (int i = 0; i < 4; i++) {
            shelf.look(false);
            assertEquals(List.of("filter-a"), shelf.names());
        }
        assertEquals(plugins.resolve("a-2.jar"), shelf.jars("filter-a").getFirst().file());
        assertEquals(1, shelf.all().size());
    }

    @Test
    void theHigherVersionWinsThenTheLaterFileThenThePlugin() throws IOException {
        var time = FileTime.fromMillis(1_000_000);
        var shipped = write(home.resolve("bundles/a.jar"), "filter-a", "1.0", COMPONENT);
        var plugin = write(plugins.resolve("a.jar"), "filter-a", "1.0", COMPONENT);
        var newer = write(plugins.resolve("b.jar"), "filter-a", "1.0.1", COMPONENT);
        Files.setLastModifiedTime(shipped, time);
        Files.setLastModifiedTime(plugin, time);
        Files.setLastModifiedTime(newer, FileTime.fromMillis(0));
        shelf.look(true);
        assertEquals(List.of(newer, plugin, shipped), shelf.jars("filter-a").stream().map(Jar::file).toList());
        Files.setLastModifiedTime(shipped, FileTime.fromMillis(2_000_000));
        shelf.look(true);
        assertEquals(List.of(newer, shipped, plugin), shelf.jars("filter-a").stream().map(Jar::file).toList());
        assertTrue(shelf.problems().isEmpty());
    }
}
