package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every shipped bundle on the way of a letter is replaced while mail flows and is read by POP3 and IMAP. */
final class EveryBundleSwapIT {
    private static final List<String> BUNDLES = List.of("protocol-smtp", "protocol-pop3", "protocol-imap", "delivery-local", "delivery-smtp",
            "directory-file", "store-maildir", "mailboxes-indexed", "state-h2", "queue-disk", "filter-greylist");
    private static final int RATE = 100;
    private static final String CONF = StraightPathIT.CONF.replace("enable   = ", "drain = 2s\nenable   = filter-greylist, protocol-imap, ")
            + """

            [listener imap]
            address  = 127.0.0.1
            port     = 0
            protocol = imap
            tls      = none

            [filter-greylist]
            whitelist = 127.0.0.0/8
            """;

    @TempDir
    Path home;

    @Test
    void nothingIsLostWhileEachIsSwapped() throws Exception {
        try (var server = new Server(home).configure(CONF).start()) {
            var load = new Load(server.port("mx"), 4, RATE);
            var reader = new Reader(server.port("pop3"));
            var imap = new ImapReader(server.port("imap"));
            try (load; reader; imap) {
                Thread.sleep(1_000);
                for (var bundle : BUNDLES) {
                    swap(bundle, "0.1.1", SampleFilter.variant(bundle, "0.1.1", List.of()));
                    swap(bundle, "truncated", truncated(bundle));
                    swap(bundle, "0.1.2", SampleFilter.variant(bundle, "0.1.2", List.of()));
                    swap(bundle, "0.1.3", SampleFilter.variant(bundle, "0.1.3", mostClasses(bundle)));
                }
                Thread.sleep(3_000);
            }
            assertEquals(List.of(), load.troubles());
            assertEquals(List.of(), reader.troubles());
            assertTrue(reader.downloads() > 0);
            assertEquals(List.of(), imap.troubles());
            assertTrue(imap.reads() > imap.logins());
            assertEquals(load.accepted(), SwapIT.numbersInMailbox(server, false));
            var list = server.command("bundle", "list").out();
            for (var bundle : BUNDLES) {
                assertTrue(list.lines().anyMatch(l -> l.startsWith(bundle + " ") && l.contains(" 0.1.2 ")), bundle + " in\n" + list);
                assertTrue(server.log().lines().anyMatch(l -> names(l, bundle)), bundle + "\n" + list);
            }
            System.out.printf("bundles=%d sent=%d downloads=%d reads=%d logins=%d%n", BUNDLES.size(), load.sent(), reader.downloads(),
                    imap.reads(), imap.logins());
        }
    }

    /** A jar without its component is no version at all, so that its file is named instead. */
    private static boolean names(String line, String bundle) {
        return line.contains("bundle=" + bundle + " version=0.1.3") && (line.contains("refused ") || line.contains("rolled back "))
                || line.contains("refused file=") && line.contains("/" + bundle + ".jar") && line.contains("which is not in it");
    }

    private void swap(String bundle, String what, byte[] jar) throws IOException, InterruptedException {
        SampleFilter.drop(home, bundle + ".jar", jar);
        Thread.sleep(1_200);
        System.out.println("swapped " + bundle + " " + what);
    }

    /** All but the component itself, so that it fails where it is first used; the component where there is nothing else. */
    private static List<String> mostClasses(String bundle) throws IOException {
        try (var jar = new JarFile(Server.PROGRAM.resolve("bundles/" + bundle + ".jar").toFile())) {
            var component = jar.stream().map(ZipEntry::getName).filter(n -> n.startsWith("OSGI-INF/org.posthouse")).findFirst()
                    .orElseThrow().replaceFirst("OSGI-INF/", "").replaceFirst("\\.xml$", "").replace('.', '/') + ".class";
            var others = jar.stream().map(ZipEntry::getName)
                    .filter(n -> n.endsWith(".class") && !n.equals(component) && !n.contains("$Config")).toList();
            return others.isEmpty() ? List.of(component) : others;
        }
    }

    private static byte[] truncated(String bundle) throws IOException {
        var whole = Files.readAllBytes(Server.PROGRAM.resolve("bundles/" + bundle + ".jar"));
        return Arrays.copyOf(whole, whole.length / 2);
    }

    /** Downloads the mailbox over and over; every session must get what STAT promised, whole. */
    private static final class Reader implements AutoCloseable {
        private final AtomicInteger downloads = new AtomicInteger();
        private final AtomicReference<List<String>> troubles = new AtomicReference<>(List.of());
        private final Thread thread;
        private volatile boolean over;

        Reader(int port) {
            thread = Thread.ofPlatform().start(() -> {
                while (!over) {
                    download(port);
                }
            });
        }

        private void download(int port) {
            try (var pop = new Pop3(port, "ann", "secret")) {
                int count = Math.min(pop.count(), 100);
                for (int i = 1; i <= count; i++) {
                    var lines = pop.retrieve(i);
                    if (lines.stream().noneMatch(l -> l.startsWith("X-Number: ")) || !lines.getLast().startsWith("text ")) {
                        throw new IOException("torn message " + lines);
                    }
                }
                pop.command("QUIT");
                downloads.incrementAndGet();
            } catch (IOException e) {
                troubles.updateAndGet(all -> Stream.concat(all.stream(), Stream.of(e.toString())).toList());
            }
        }

        int downloads() {
            return downloads.get();
        }

        List<String> troubles() {
            return troubles.get();
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            thread.join();
        }
    }
}
