package org.posthouse.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.TimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.file.Path;

/**
 * Where the log goes: to stderr, or with the system property {@code posthouse.log=file} to {@code var/log} of the home, one
 * file a day for two weeks. Logback asks this class before it looks for a file of its own, which costs a tenth
 * of a second of the start; {@code -Dlogback.configurationFile} still wins.
 */
public final class LogSettings extends ContextAwareBase implements Configurator {
    private static final int DAYS = 14;
    /** One event is one line, whatever a client put into it. */
    private static final String LINE = "%-5level %logger{0}%replace( session=%X{session}){' session=$', ''}"
            + "%replace( item=%X{item}){' item=$', ''} %replace(%msg){'\\p{Cntrl}+', ' '}%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var home = System.getProperty("posthouse.home");
        if (home == null || System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY; // tests, or the operator's own file
        }
        boolean toFile = "file".equals(System.getProperty("posthouse.log"));
        var appender = toFile ? file(context, Path.of(home).resolve("var/log")) : console(context);
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getProperty("posthouse.log.level"), Level.INFO));
        root.addAppender(appender);
        context.getLogger("org.apache").setLevel(Level.WARN);
        context.getLogger("io.micrometer").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Appender<ILoggingEvent> console(LoggerContext context) {
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder(context, "%d{HH:mm:ss.SSS} "));
        return console;
    }

    private static Appender<ILoggingEvent> file(LoggerContext context, Path folder) {
        var file = new RollingFileAppender<ILoggingEvent>();
        file.setContext(context);
        file.setFile(folder.resolve("posthouse.log").toString());
        file.setEncoder(encoder(context, "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} "));
        var daily = new TimeBasedRollingPolicy<ILoggingEvent>();
        daily.setContext(context);
        daily.setParent(file);
        daily.setFileNamePattern(folder.resolve("posthouse-%d{yyyy-MM-dd}.log").toString());
        daily.setMaxHistory(DAYS);
        daily.start();
        file.setRollingPolicy(daily);
        return file;
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, String time) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(time + LINE);
        encoder.start();
        return encoder;
    }
}
