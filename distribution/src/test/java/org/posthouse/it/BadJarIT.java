package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars in {@code plugins/} that cannot run are named with the reason, and mail goes on as if they were not there. */
final class BadJarIT {
    /** @param why what the log and {@code bundle list} must say */
    private record Bad(String file, byte[] octets, String why) {}

    private static final String THROWING = "if (true) throw new IllegalStateException(\"born broken\");";
    private static final String ENDLESS = "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }";

    @TempDir
    Path home;

    @TempDir
    static Path work;

    private static List<Bad> bad;
    private static Bad endless;
    private static byte[] good;

    @BeforeAll
    static void make() throws IOException {
        good = new FilterJar("filter-good").octets(work);
        endless = new Bad("filter-endless.jar", new FilterJar("filter-endless").constructing(ENDLESS).octets(work),
                "did not return within");
        bad = badJars();
    }

    private static List<Bad> badJars() throws IOException {
        var whole = new FilterJar("filter-truncated").octets(work);
        var damaged = whole.clone();
        Arrays.fill(damaged, whole.length / 3, whole.length / 3 + 200, (byte) 0x55);
        return List.of(
                new Bad("filter-truncated.jar", Arrays.copyOf(whole, whole.length * 2 / 3), "not a complete jar"),
                new Bad("filter-empty.jar", new byte[0], "not a complete jar"),
                new Bad("filter-text.jar", "this is no jar".getBytes(StandardCharsets.US_ASCII), "not a complete jar"),
                new Bad("filter-damaged.jar", damaged, "not a complete jar"),
                new Bad("filter-nobundle.jar", new FilterJar("filter-nobundle").without("Bundle-SymbolicName").octets(work),
                        "has no Bundle-SymbolicName"),
                new Bad("filter-noversion.jar", new FilterJar("filter-noversion").without("Bundle-Version").octets(work),
                        "has no Bundle-Version"),
                new Bad("filter-oddversion.jar", new FilterJar("filter-oddversion").with("Bundle-Version", "one").octets(work),
                        "'one' is not a version"),
                new Bad("filter-nocomponent.jar", new FilterJar("filter-nocomponent").with("Service-Component", "OSGI-INF/x.xml")
                        .octets(work), "names the component OSGI-INF/x.xml"),
                new Bad("filter-imports.jar", new FilterJar("filter-imports")
                        .with("Import-Package", "org.posthouse.pipeline, org.example.missing").octets(work),
                        "it imports org.example.missing"),
                new Bad("filter-noclass.jar", new FilterJar("filter-noclass").implementedBy("example.Nowhere").octets(work), 
                        "its component is the class example.Nowhere"),
                new Bad("filter-throws.jar", new FilterJar("filter-throws").constructing(THROWING).octets(work), "born broken"),
                new Bad("filter-links.jar", new FilterJar("filter-links").constructing("org.posthouse.message.Address.parse(\"a@b\");")
                        .with("Import-Package", "org.posthouse.pipeline").octets(work), "org.posthouse.message.Address"));
    }

    @Test
    void eachIsNamedWithTheReasonWhileMailFlows() throws Exception {
        try (var server = new Server(home).configure(StraightPathIT.CONF).start()) {
            var all = Stream.concat(bad.stream(), Stream.of(endless)).toList();
            var load = new Load(server.port("mx"), 2, 50);
            try (load) {
                for (var each : all) {
                    SampleFilter.drop(home, each.file, each.octets);
                }
                for (var each : all) {
                    Soon.happens(() -> isNamed(server.log(), each), () -> each.file + " in\n" + ofTheKernel(server));
                }
                SampleFilter.drop(home, "filter-good.jar", good);
                Soon.happens(() -> list(server).matches("(?s).*filter-good +1\\.0\\.0 +(running|probation).*"), () -> list(server));
            }
            assertEquals(List.of(), load.troubles(), () -> warnings(server));
            assertEquals(load.sent(), load.accepted().size());
            assertEquals(load.accepted(), SwapIT.numbersInMailbox(server, false));
            assertListed(server, all);
            for (var each : all) {
                Files.delete(home.resolve("plugins").resolve(each.file));
            }
            Soon.happens(() -> list(server).lines().filter(l -> l.contains("plugins/")).count() == 1, () -> list(server));
        }
    }

    @Test
    void noneOfThemStopsTheServerFromStarting() throws Exception {
        try (var server = new Server(home).configure(StraightPathIT.CONF)) {
            for (var each : bad) {
                Files.write(home.resolve("plugins").resolve(each.file), each.octets);
            }
            Files.write(home.resolve("plugins/filter-good.jar"), good);
            server.start();
            for (var each : bad) {
                assertTrue(isNamed(server.log(), each), each.file + " in\n" + ofTheKernel(server));
            }
            assertListed(server, bad);
            assertTrue(list(server).matches("(?s).*filter-good +1\\.0\\.0 +(running|probation).*"), list(server));
            try (var smtp = new Smtp(server.port("mx"))) {
                assertTrue(smtp.message("carl@example.org", "ann@example.test", "\r\nbody\r\n").startsWith("250"), warnings(server));
            }
            assertEquals(0, server.command("reload").status());
            assertEquals(0, server.terminate());
        }
    }

    /** One line of the log with the file and the reason. */
    private static boolean isNamed(String log, Bad bad) {
        return log.lines().anyMatch(l -> l.contains(" refused ") && l.contains("/" + bad.file) && l.contains(bad.why));
    }

    private static String ofTheKernel(Server server) {
        return String.join("\n", server.log().lines().filter(l -> l.contains(" kernel ")).toList());
    }

    private static String warnings(Server server) {
        return String.join("\n", server.log().lines().filter(l -> l.contains(" WARN ")).toList());
    }

    private static void assertListed(Server server, List<Bad> bad) {
        var list = list(server);
        for (var each : bad) {
            var lines = list.lines().dropWhile(l -> !l.endsWith("plugins/" + each.file)).limit(2).toList();
            assertEquals(2, lines.size(), each.file + " in\n" + list);
            assertTrue(lines.getFirst().matches(".* (refused|failed) .*"), lines.toString());
            assertTrue(lines.getLast().startsWith("  ! ") && lines.getLast().contains(each.why), lines.toString());
        }
    }

    private static String list(Server server) {
        try {
            return server.command("bundle", "list").out();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
