package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles are replaced while mail flows: nothing is lost, doubled, unfiltered or refused because of it. */
final class SwapIT {
    private static final int RATE = Integer.getInteger("posthouse.it.rate", 300);
    private static final int SWAPS = 50;
    private static final int EVERY_MILLIS = 600;

    private static final String CONF = StraightPathIT.CONF.replace("enable   = ", "drain = 2s\nenable   = filter-sample, ")
            + """

            [filter-sample]
            budget = 200ms
            """;

    @TempDir
    Path home;

    @TempDir
    Path work;

    @Test
    void aFilterIsSwappedFiftyTimesUnderLoad() throws Exception {
        var samples = new SampleFilter(work);
        var flaws = SampleFilter.Flaw.values();
        var broken = new ArrayList<String>();
        try (var server = new Server(home).configure(CONF)) {
            Files.createDirectories(home.resolve("var"));
            SampleFilter.drop(home, "filter-sample.jar", samples.jar("1.0.0", SampleFilter.Flaw.NONE));
            var jars = new ArrayList<byte[]>();
            for (int i = 1; i <= SWAPS; i++) {
                var flaw = i % 10 == 3 || i % 10 == 6 || i % 10 == 9 ? flaws[1 + broken.size() % (flaws.length - 1)]
                        : SampleFilter.Flaw.NONE;
                boolean rebuilt = flaw == SampleFilter.Flaw.NONE && i % 10 == 5; // the same version built again
                var version = "1.0." + (rebuilt ? i - 1 : i);
                if (flaw != SampleFilter.Flaw.NONE) {
                    broken.add(version + " " + flaw);
                }
                jars.add(samples.jar(version, flaw));
            }
            server.start();
            var load = new Load(server.port("mx"), 6, RATE);
            try (load) {
                Thread.sleep(500);
                for (var jar : jars) {
                    SampleFilter.drop(home, "filter-sample.jar", jar);
                    Thread.sleep(EVERY_MILLIS);
                }
                Thread.sleep(1_000);
            }
            assertEquals(List.of(), load.troubles());
            assertTrue(load.refused().stream().allMatch(n -> n % 10 == 7));
            assertTrue(load.accepted().stream().noneMatch(n -> n % 10 == 7));
            assertEquals(load.sent(), load.accepted().size() + load.refused().size());
            assertEquals(load.accepted(), numbersInMailbox(server, true));
            for (var each : broken) {
                assertTrue(named(server, each), each + " is not named in:\n" + kernelLines(server));
            }
            assertTrue(server.command("bundle", "list").out().contains("1.0." + SWAPS), server.command("bundle", "list").out());
            System.out.printf("swaps=%d broken=%d sent=%d delivered=%d refused=%d%n", SWAPS, broken.size(), load.sent(),
                    load.accepted().size(), load.refused().size());
        }
    }

    private static boolean named(Server server, String version) {
        var flaw = SampleFilter.Flaw.valueOf(version.split(" ")[1]);
        return kernelLines(server).lines().anyMatch(l -> switch (flaw) {
            case TRUNCATED, NOT_A_BUNDLE -> l.contains("refused file=");
            case THROWS_WHEN_CALLED, HANGS -> l.contains("rolled back bundle=filter-sample version=" + version.split(" ")[0]);
            default -> l.contains("refused bundle=filter-sample version=" + version.split(" ")[0]);
        });
    }

    private static String kernelLines(Server server) {
        return String.join("\n", server.log().lines().filter(l -> l.contains("refused file=") || l.contains("refused bundle=")
                || l.contains("rolled back")).toList());
    }

    /** All X-Number of ann's mail, sorted; every message once, and stamped by the filter when {@code filtered}. */
    static List<Integer> numbersInMailbox(Server server, boolean filtered) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            int count = pop.count();
            var numbers = new ArrayList<Integer>();
            for (int i = 1; i <= count; i++) {
                var lines = pop.retrieve(i);
                assertTrue(!filtered || lines.stream().anyMatch(l -> l.startsWith("X-Sample: 1.0.")), "unfiltered: " + lines);
                lines.stream().filter(l -> l.startsWith("X-Number: ")).findFirst()
                        .ifPresent(l -> numbers.add(Integer.valueOf(l.substring(10))));
            }
            numbers.sort(null);
            return numbers;
        }
    }
}
