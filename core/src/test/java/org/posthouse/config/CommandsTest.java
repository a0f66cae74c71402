package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.observe.Command;

class CommandsTest {
    @TempDir
    Path folder;
    private SampleConf conf;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void sample() throws IOException {
        conf = SampleConf.in(folder);
        conf.load(SampleConf.TOP + "trace-days = 7\n[listener mx]\nport = 25\nprotocol = smtp\n[filter-greylist]\nlearn = yes\n");
    }

    private int run(Command command, String... args) throws Exception {
        out.reset();
        err.reset();
        return command.run(List.of(args), InputStream.nullInputStream(), new PrintStream(out), new PrintStream(err));
    }

    private int config(String... args) throws Exception {
        return run(new ConfigCommand(conf::load), args);
    }

    @Test
    void printsAllSettingsWithDefaults() throws Exception {
        assertEquals(0, config());
        var lines = out.toString().lines().toList();
        assertTrue(lines.containsAll(List.of("grace = 5s", "postmaster =", "listener mx.port = 25", "listener mx.tls = starttls",
                "pipeline.max-message = 50M", "filter-greylist.delay = 5m", "filter-greylist.mode = enforce",
                "filter-greylist.networks = 127.0.0.0/8, ::1")), lines::toString);
    }

    @Test
    void printsOnlyWhatStandsInAFile() throws Exception {
        assertEquals(0, config("-n"));
        assertEquals("""
                domains = example.test, example.org
                hostname = mail.example.test
                trace-days = 7
                listener mx.port = 25
                listener mx.protocol = smtp
                filter-greylist.learn = yes
                """, out.toString());
    }

    @Test
    void printsOneSettingOrSection() throws Exception {
        assertEquals(0, config("grace"));
        assertEquals("grace = 5s\n", out.toString());
        assertEquals(0, config("listener", "mx.port"));
        assertEquals("listener mx.port = 25\n", out.toString());
        assertEquals(0, config("-n", "listener"));
        assertEquals("listener mx.port = 25\nlistener mx.protocol = smtp\n", out.toString());
        assertEquals(1, config("graze"));
        assertEquals("posthouse config: there is no setting graze; write grace\n", err.toString());
        assertEquals(2, config("-x"));
    }

    @Test
    void printsJsonWithTypes() throws Exception {
        assertEquals(0, config("--json", "-n"));
        assertEquals("{\"domains\":[\"example.test\",\"example.org\"],\"hostname\":\"mail.example.test\",\"trace-days\":7,"
                + "\"listener mx.port\":25,\"listener mx.protocol\":\"smtp\",\"filter-greylist.learn\":true}\n", out.toString());
    }

    @Test
    void checkSaysEveryMistakeAndFails() throws Exception {
        assertEquals(0, run(new CheckCommand(conf::load)));
        conf.load(SampleConf.TOP + "a\nb\n");
        assertEquals(1, run(new CheckCommand(conf::load)));
        assertEquals(2, err.toString().lines().count());
        assertEquals(1, config());
        assertEquals(2, err.toString().lines().count());
    }
}
