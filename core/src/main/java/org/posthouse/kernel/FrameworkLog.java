package org.posthouse.kernel;

import org.osgi.framework.BundleContext;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogReaderService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what the framework and DS log (why a component failed, with its trace) into the server's log, from warnings up. */
final class FrameworkLog {
    private static final Logger log = LoggerFactory.getLogger("framework");

    private FrameworkLog() {}

    static void follow(BundleContext context) {
        var reference = context.getServiceReference(LogReaderService.class);
        if (reference != null) {
            context.getService(reference).addLogListener(FrameworkLog::write);
        }
    }

    private static void write(LogEntry entry) {
        var level = entry.getLogLevel();
        if (level == LogLevel.ERROR || level == LogLevel.WARN) {
            log.warn("bundle={} {}", entry.getBundle() == null ? "" : entry.getBundle().getSymbolicName(), entry.getMessage(),
                    entry.getException());
        }
    }
}
