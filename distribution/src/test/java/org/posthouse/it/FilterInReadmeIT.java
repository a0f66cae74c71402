package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The filter of the README, pasted into a shell as it stands there, does what the README says. */
final class FilterInReadmeIT {
    private static final Pattern BLOCK = Pattern.compile("<!-- filter:begin -->\\s*```sh\n(.*?)```\\s*<!-- filter:end -->", Pattern.DOTALL);
    private static final String LOTTERY = "Subject: You won the lottery\r\n\r\nClaim it.\r\n";

    @TempDir
    Path tree;

    @Test
    void thePrintedFilterRunsAndGoesAndIsShadowed() throws Exception {
        Tool.need("bash", "bash");
        Files.createDirectories(tree.resolve("distribution/target"));
        Files.createSymbolicLink(tree.resolve("distribution/target/posthouse"), Server.PROGRAM.toAbsolutePath());
        var home = tree.resolve("home");
        try (var server = new Server(home).configure(StraightPathIT.CONF).start()) {
            assertEquals("250", code(server, LOTTERY));
            paste();
            Soon.happens(() -> code(server, LOTTERY).equals("550"), server::log);
            assertTrue(send(server, LOTTERY).matches("550 5\\.7\\.1 .*no lotteries here.*"), send(server, LOTTERY));
            assertEquals("250", code(server, "Subject: A letter\r\n\r\nIt came.\r\n"));
            assertTrue(listed(server).matches("filter-nolottery +1\\.0\\.0 +(running|probation) .*plugins/filter-nolottery\\.jar"),
                    listed(server));

            Files.delete(home.resolve("plugins/filter-nolottery.jar"));
            Soon.happens(() -> code(server, LOTTERY).equals("250"), server::log);
            assertEquals("", listed(server));

            paste();
            Soon.happens(() -> code(server, LOTTERY).equals("550"), server::log);
            Files.writeString(home.resolve("conf/posthouse.conf"), StraightPathIT.CONF + "\n[filter-nolottery]\nmode = shadow\n");
            assertEquals(0, server.command("reload").status());
            var reply = send(server, LOTTERY);
            assertTrue(reply.startsWith("250"), reply);
            assertTracedOnly(server, reply);
        }
    }

    private void paste() throws IOException, InterruptedException {
        var readme = BLOCK.matcher(Files.readString(HouseRulesIT.root().resolve("README.md")));
        assertTrue(readme.find(), "no filter in the README");
        var path = Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH");
        var ran = Tool.run(tree, Map.of("PATH", path), "", "bash", "-e", "-c", readme.group(1));
        assertTrue(ran.well(), ran.output());
    }

    /** The reply names the message; its story has the verdict that did not count. */
    private static void assertTracedOnly(Server server, String reply) throws IOException, InterruptedException {
        var id = reply.split(" ")[2];
        var verdict = server.command("trace", id).out().lines().filter(l -> l.contains("filter=filter-nolottery")).findFirst();
        assertTrue(verdict.isPresent(), () -> reply);
        assertTrue(verdict.get().contains("mode=shadow") && verdict.get().contains("5.7.1 no lotteries here"), verdict.get());
    }

    private static String listed(Server server) throws IOException, InterruptedException {
        return server.command("bundle", "list").out().lines().filter(l -> l.startsWith("filter-nolottery ")).findFirst().orElse("");
    }

    private static String code(Server server, String content) throws IOException {
        return send(server, content).substring(0, 3);
    }

    private static String send(Server server, String content) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            return smtp.message("carl@example.org", "ann@example.test", content);
        }
    }
}
