package io.flotilla.machinery.component;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import org.slf4j.LoggerFactory;

/** Sets up the process's log on standard error, in code: no configuration file is looked for or parsed. */
final class Logging {
    private static final String PATTERN = "%.-1level%d{MMdd HH:mm:ss.SSS} [%thread] %logger{0}: %msg%n%ex{full}";

    private Logging() {}

    static void configure(LoggingOptions options) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        EncoderBase<ILoggingEvent> encoder = switch (options.format()) {
            case text -> text();
            case json -> new JsonEncoder();
        };
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(Level.WARN);
        context.getLogger("io.flotilla").setLevel(level(options.verbosity()));
    }

    private static PatternLayoutEncoder text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(PATTERN);
        return encoder;
    }

    private static Level level(int verbosity) {
        if (verbosity >= 6) {
            return Level.TRACE;
        }
        return verbosity >= 4 ? Level.DEBUG : Level.INFO;
    }
}
