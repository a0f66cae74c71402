package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    Path folder;
    private SampleConf conf;

    @BeforeEach
    void sample() throws IOException {
        conf = SampleConf.in(folder);
    }

    @Test
    void fillsInDefaults() throws IOException {
        var top = conf.right(SampleConf.TOP).top();
        assertEquals(List.of("example.test", "example.org"), top.list("domains"));
        assertEquals(Duration.ofSeconds(5), top.duration("grace"));
        assertEquals("+", top.text("recipient-delimiter"));
        assertEquals(List.of(), top.list("enable"));
        assertFalse(top.has("postmaster"));
        assertEquals("50M", conf.right(SampleConf.TOP).pipeline().text("max-message"));
    }

    @Test
    void tellsGivenFromDefaultOfAListener() throws IOException {
        var listener = conf.right(SampleConf.TOP + "[listener mx]\nport = 25\nprotocol = smtp\n").listeners().getFirst();
        assertEquals("mx", listener.name());
        assertEquals(Set.of("port", "protocol"), listener.given());
        assertEquals(1000, listener.values().number("max-connections"));
        assertEquals(folder.resolve("posthouse.conf") + ":4", listener.places().get("port").toString());
    }

    @Test
    void givesDsTypedValuesUnderItsOwnKeys() throws IOException {
        var pids = conf.right(SampleConf.TOP
                + "[filter-greylist]\nmax-size = 7\nnetworks = 192.0.2.0/24, 2001:db8::/32\nlearn = yes\nmode = shadow\n").pids();
        var greylist = pids.get("filter-greylist");
        assertEquals(Set.of("max.size", "networks", "learn"), greylist.keySet());
        assertEquals(7, greylist.get("max.size"));
        assertEquals(true, greylist.get("learn"));
        assertArrayEquals(new String[] {"192.0.2.0/24", "2001:db8::/32"}, (String[]) greylist.get("networks"));
        assertFalse(pids.containsKey("delivery-local"));
    }

    @Test
    void keepsCoresKeysOfFiltersForCore() throws IOException {
        assertEquals("shadow", conf.right(SampleConf.TOP + "[filter-greylist]\nmode = shadow\n").filters().get("filter-greylist")
                .text("mode"));
        var unset = conf.right(SampleConf.TOP);
        assertEquals("enforce", unset.filters().get("filter-greylist").text("mode"));
        assertEquals("defer", unset.filters().get("filter-greylist").text("on-failure"));
        assertFalse(unset.written("filter-greylist"));
        assertEquals(Map.of(), unset.pids());
    }

    @Test
    void namesFactoryConfigurationsAfterTheSection() throws IOException {
        var configuration = conf.right(SampleConf.TOP + "[directory-sql staff]\nurl = x\n[directory-sql alumni]\nurl = y\n");
        assertEquals(Set.of("directory-sql~staff", "directory-sql~alumni"), configuration.pids().keySet());
        assertTrue(configuration.written("directory-sql staff"));
        assertEquals("x", configuration.pids().get("directory-sql~staff").get("url"));
    }

    @Test
    void replacesReferencesToOtherKeys() throws IOException {
        var c = conf.right(SampleConf.TOP.replace("example.org", "mail.example.test") + "postmaster = ann@${hostname}\n"
                + "[listener mx]\nport = 25\nprotocol = smtp\n[listener two]\nport = 1${listener mx.port}\nprotocol = ${listener mx.protocol}\n"
                + "[filter-greylist]\ntext = $${grace} is ${grace}\n");
        assertEquals("ann@mail.example.test", c.top().text("postmaster"));
        assertEquals(125, c.listeners().getLast().values().number("port"));
        assertEquals("${grace} is 5s", c.pids().get("filter-greylist").get("text"));
    }

    @Test
    void readsPartsInOrderOfTheirNames() throws IOException {
        conf.part("20-b.conf", "[listener b]\nport = 26\nprotocol = smtp\n");
        conf.part("10-a.conf", "grace = 1s\n[listener a]\nport = 25\nprotocol = smtp\n");
        conf.part(".#10-a.conf", "nonsense");
        conf.part("notes.txt", "nonsense");
        var c = conf.right(SampleConf.TOP);
        assertEquals(List.of("a", "b"), c.listeners().stream().map(Section::name).toList());
        assertEquals(Duration.ofSeconds(1), c.top().duration("grace"));
        assertEquals("10-a.conf:1", c.place("", "grace").toString().replace(folder + "/conf.d/", ""));
        assertEquals("posthouse.conf", c.place("pipeline", "max-message").toString().replace(folder + "/", ""));
    }

    @Test
    void namesBothPlacesOfADuplicate() throws IOException {
        conf.part("a.conf", "hostname = other\n[listener mx]\nport = 26\nport = 27\nprotocol = smtp\n");
        assertEquals(List.of(
                "conf.d/a.conf:1: the key hostname stands already at posthouse.conf:1; keep one of them",
                "conf.d/a.conf:2: the section [listener mx] stands already at posthouse.conf:3; write its lines there",
                "conf.d/a.conf:4: the key port stands already at conf.d/a.conf:3; keep one of them"),
                conf.wrong(SampleConf.TOP + "[listener mx]\nport = 25\nprotocol = smtp\n"));
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertEquals(List.of(
                "posthouse.conf:1: domains is missing in the top lines; write domains = ...: The mail domains it is responsible for; "
                        + "the first completes log-in names without @",
                "posthouse.conf:2: protocol is missing in [listener mx]; write protocol = ...: The protocol it speaks: smtp, lmtp, pop3, imap"),
                conf.wrong("hostname = a\n[listener mx]\nport = 25\n"));
    }

    @Test
    void saysThatTheFileIsMissing() {
        var wrong = (Checked.Wrong) conf.load();
        assertEquals(folder + "/posthouse.conf: is missing; write it, with at least hostname = ... and domains = ...",
                wrong.problems().getFirst().toString());
        assertEquals(1, wrong.problems().size());
    }
}
