package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator or a stranger's bundle may do to a running server. */
final class BundlesIT {
    private static final String CONF = StraightPathIT.CONF.replace("enable   = ", "grace = 1s\ndrain = 1s\nenable   = ");

    /** Notes each open and close in a file; its version in its first place, what its open does in its second. */
    private static final String STORE = """
            import java.nio.file.*; import java.time.Duration; import java.util.Optional;
            import org.posthouse.state.*; import org.posthouse.state.States.Keep;
            public final class Strange implements StateStore {
                private static void note(String what) throws java.io.IOException {
                    Files.writeString(Path.of("%s"), what + " %s\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
                public void open() throws java.io.IOException { %s note("open"); }
                public void close() throws java.io.IOException { note("close"); }
                public Optional<String> get(String s, Keep k, String key) { return Optional.empty(); }
                public void put(String s, Keep k, String key, String value, Duration life) {}
                public Optional<String> putIfAbsent(String s, Keep k, String key, String value, Duration life) { return Optional.empty(); }
                public long add(String s, Keep k, String key, long delta, Duration life) { return delta; }
                public void remove(String s, Keep k, String key) {}
                public long size(String s, Keep k) { return 0; }
            }
            """;

    @TempDir
    Path home;

    @TempDir
    Path work;

    private void drop(StrangeJar jar) throws IOException {
        SampleFilter.drop(home, jar.name() + ".jar", jar.octets(work));
    }

    /** The line of a bundle in the list, once it has this in it. */
    private static String awaitListed(Server server, String bundle, String... words) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(25);
        while (true) {
            var list = server.command("bundle", "list").out();
            var at = list.indexOf("\n" + bundle + " ");
            var line = at < 0 ? "" : list.substring(at + 1).lines().limit(2).reduce((a, b) -> a + b).orElse("");
            if (List.of(words).stream().allMatch(line::contains)) {
                return line;
            }
            assertTrue(System.nanoTime() < deadline, () -> bundle + " is not " + String.join(" ", words) + " in\n" + list + server.log());
            Thread.sleep(100);
        }
    }

    @Test
    void mailWaitsForAFilterWithASectionUntilItIsDisabled() throws Exception {
        try (var server = new Server(home).configure(CONF + "\n[filter-sample]\nbudget = 2s\n")) {
            Files.createDirectories(home.resolve("var"));
            SampleFilter.drop(home, "filter-sample.jar", new SampleFilter(work).jar("1.0.0", SampleFilter.Flaw.NONE));
            server.start();
            try (var smtp = new Smtp(server.port("mx"))) {
                assertTrue(smtp.message("c@example.org", "ann@example.test", "Subject: one\r\n\r\n").startsWith("250"));
                Files.delete(home.resolve("plugins/filter-sample.jar"));
                awaitListed(server, "filter-sample", "missing");
                assertTrue(smtp.message("c@example.org", "ann@example.test", "Subject: two\r\n\r\n").startsWith("4"));
                assertEquals(0, server.command("bundle", "disable", "filter-sample").status());
                assertTrue(smtp.message("c@example.org", "ann@example.test", "Subject: three\r\n\r\n").startsWith("250"));
            }
        }
    }

    @Test
    void aStrangeBundleHarmsItselfOnly() throws Exception {
        try (var server = new Server(home).configure(CONF)) {
            Files.createDirectories(home.resolve("var"));
            server.start();
            drop(new StrangeJar("delivery-hangs", "1.0.0", "", "Bundle-Activator: strange.Strange", """
                    public final class Strange {
                        static { while (!Thread.interrupted()) { Thread.onSpinWait(); } }
                    }
                    """));
            drop(new StrangeJar("protocol-nameless", "1.0.0", "org.posthouse.net.Protocol", "Import-Package: org.posthouse.net", """
                    public final class Strange implements org.posthouse.net.Protocol {
                        public String name() { throw new NoClassDefFoundError("gone"); }
                        public void serve(org.posthouse.net.Connection client) {}
                    }
                    """));
            drop(new StrangeJar("filter-shaded", "1.0.0", "org.posthouse.pipeline.Filter", "", """
                    public final class Strange {}
                    """));
            drop(new StrangeJar("store-never", "1.0.0", "org.posthouse.mailbox.Store", "", "public final class Strange {"
                    + " public Strange() throws InterruptedException { Thread.sleep(60000); } }"));
            Thread.sleep(500);
            SampleFilter.drop(home, "filter-sample.jar", new SampleFilter(work).jar("1.0.0", SampleFilter.Flaw.NONE));
            awaitListed(server, "filter-sample", "running");
            awaitListed(server, "delivery-hangs", "failed", "did not start");
            awaitListed(server, "protocol-nameless", "failed", "gone");
            awaitListed(server, "filter-shaded", "failed");
            awaitListed(server, "store-never", "failed", "constructor did not return");
            try (var smtp = new Smtp(server.port("mx"))) {
                assertTrue(smtp.message("c@example.org", "ann@example.test", "Subject: one\r\n\r\n").startsWith("250"));
            }
            assertEquals(0, server.command("reload").status());
            assertEquals(0, server.terminate());
        }
    }

    @Test
    void whatIsHeldIsOpenOnceAndNeverNotAtAll() throws Exception {
        var conf = CONF + "\n[state-x]\nword = one\n";
        try (var server = new Server(home).configure(conf)) {
            Files.createDirectories(home.resolve("var"));
            drop(store("1.0.0", ""));
            server.start();
            server.command("bundle", "disable", "state-x");
            awaitListed(server, "state-x", "off");
            server.command("bundle", "enable", "state-x");
            awaitListed(server, "state-x", "running");
            drop(store("1.0.1", "if (true) throw new java.io.IOException(\"no\");"));
            awaitListed(server, "state-x", "1.0.0", "running", "could not open: no");
            drop(store("1.0.2", "for (long end = System.nanoTime() + 4_000_000_000L; System.nanoTime() < end;) { Thread.onSpinWait(); }"));
            awaitListed(server, "state-x", "1.0.0", "running", "did not open");
            Thread.sleep(2_500);
            drop(store("1.0.3", ""));
            awaitListed(server, "state-x", "1.0.3", "probation");
            Files.writeString(home.resolve("conf/posthouse.conf"), conf.replace("word = one", "word = two"));
            assertEquals("", server.command("reload").err(), server::log);
            awaitListed(server, "state-x", "1.0.3", "probation");
            awaitListed(server, "state-x", "1.0.3", "running");
            assertEquals(0, server.terminate());
        }
        assertEquals(List.of("open 1.0.0", "close 1.0.0", "open 1.0.0", // disabled and enabled
                "close 1.0.0", "close 1.0.1", "open 1.0.0", // one that does not open
                "close 1.0.0", "close 1.0.2", "open 1.0.0", "open 1.0.2", "close 1.0.2", // one that opens too late
                "close 1.0.0", "open 1.0.3", // a good one
                "close 1.0.3", "open 1.0.0", "close 1.0.0", "open 1.0.0", "close 1.0.0", "open 1.0.3", // configured on probation
                "close 1.0.3"), Files.readAllLines(work.resolve("notes")));
    }

    @Test
    void whatAConstructorRefusesGoesBackWholly() throws Exception {
        var conf = CONF + "\n[protocol-smtp]\nbanner = first\n[observer-x]\nword = good\n";
        try (var server = new Server(home).configure(conf)) {
            Files.createDirectories(home.resolve("var"));
            drop(new StrangeJar("observer-x", "1.0.0", "org.posthouse.observe.Observer",
                    "Import-Package: org.posthouse.message,org.posthouse.observe", """
                    public final class Strange implements org.posthouse.observe.Observer {
                        public Strange(java.util.Map<String, Object> settings) {
                            if (settings.get("word").equals("bad")) {
                                throw new org.posthouse.message.BadSetting("word", "is bad; write good");
                            }
                            if (settings.get("word").equals("ugly")) {
                                throw new IllegalStateException("ugly");
                            }
                        }
                        public void on(org.posthouse.observe.Event event) {}
                    }
                    """));
            server.start();
            var bad = conf.replace("good", "bad").replace("first", "second").replace("enable   = ", "enable = filter-greylist, ")
                    .replace("[protocol-smtp]", "[listener more]\naddress = 127.0.0.1\nprotocol = smtp\nport = 0\n[protocol-smtp]");
            Files.writeString(home.resolve("conf/posthouse.conf"), bad);
            var said = server.command("reload");
            assertEquals(1, said.status());
            var line = bad.lines().toList().indexOf("word = bad") + 1;
            assertTrue(said.err().contains("posthouse.conf:" + line + ": word: is bad; write good"), said.err());
            try (var mx = new Line(server.port("mx"))) {
                assertTrue(mx.line().contains("first"));
            }
            assertTrue(!server.command("status").out().contains("more"));
            awaitListed(server, "observer-x", "running");
            awaitListed(server, "filter-greylist", "off");
            Files.writeString(home.resolve("conf/posthouse.conf"), conf.replace("good", "ugly"));
            assertTrue(server.command("reload").err().contains("ugly"));
            awaitListed(server, "observer-x", "running");
            Files.writeString(home.resolve("conf/posthouse.conf"), conf.replace("first", "third"));
            assertEquals(0, server.command("reload").status());
            try (var mx = new Line(server.port("mx"))) {
                assertTrue(mx.line().contains("third"));
            }
            Files.writeString(home.resolve("conf/posthouse.conf"), bad);
            assertEquals(0, server.terminate());
            var refused = assertThrows(IOException.class, server::start).getMessage();
            assertTrue(refused.contains("posthouse.conf:" + line + ": word: is bad; write good"), refused);
        }
    }

    private StrangeJar store(String version, String opening) {
        return new StrangeJar("state-x", version, "org.posthouse.state.StateStore",
                "Import-Package: org.posthouse.message,org.posthouse.state", STORE.formatted(work.resolve("notes"), version, opening));
    }
}
