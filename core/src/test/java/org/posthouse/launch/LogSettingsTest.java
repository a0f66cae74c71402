package org.posthouse.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSettingsTest {
    @TempDir
    Path home;
    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void clear() {
        context.stop();
        System.clearProperty("posthouse.home");
        System.clearProperty("posthouse.log");
    }

    @Test
    void writesOneLineAnEventWhateverAClientSaid() throws Exception {
        System.setProperty("posthouse.home", home.toString());
        System.setProperty("posthouse.log", "file");
        var mdc = new LogbackMDCAdapter();
        context.setMDCAdapter(mdc);
        assertEquals(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY, new LogSettings().configure(context));
        mdc.put("session", "abc");
        context.getLogger("org.posthouse.smtp").info("helo={}", "evil\r\n12:00:00 ERROR fake\0");
        mdc.clear();
        context.getLogger("kernel").debug("not shown");
        context.getLogger("org.apache.mina.x").info("noise");
        context.getLogger("kernel").info("ready");
        var lines = Files.readAllLines(home.resolve("var/log/posthouse.log"));
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().endsWith(" INFO  smtp session=abc helo=evil 12:00:00 ERROR fake "), lines.getFirst());
        assertTrue(lines.getLast().endsWith(" INFO  kernel ready"), lines.getLast());
    }

    @Test
    void leavesTestsAlone() {
        assertEquals(ExecutionStatus.INVOKE_NEXT_IF_ANY, new LogSettings().configure(context));
    }
}
