package io.flotilla.apiserver.tracing;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Brings what OpenTelemetry logs of its exports, which it does rarely, into the process's log. */
final class ExportLog extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(ExportLog.class);
    // Held for ever: the library's own logger would be forgotten with its handler.
    private static final Logger SOURCE = Logger.getLogger("io.opentelemetry");

    private ExportLog() {}

    static synchronized void capture() {
        if (SOURCE.getHandlers().length == 0) {
            SOURCE.setUseParentHandlers(false);
            SOURCE.addHandler(new ExportLog());
        }
    }

    @Override
    public void publish(LogRecord message) {
        if (message.getLevel().intValue() >= Level.WARNING.intValue()) {
            LOG.warn("{}", message.getMessage());
        } else {
            LOG.debug("{}", message.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
