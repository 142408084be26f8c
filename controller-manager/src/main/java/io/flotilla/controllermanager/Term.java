package io.flotilla.controllermanager;

import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.event.ApiEventRecorder;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One leadership: the controllers that run under it and the events they write. */
final class Term {
    private static final Logger LOG = LoggerFactory.getLogger(Term.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ControllerManager manager;
    private final ApiClient writer;
    private final Recorders recorders;
    private final Map<String, Controller> controllers = new LinkedHashMap<>(); // guarded by this
    private boolean closed; // guarded by this
    private final Thread starter;

    Term(ControllerManager manager, ApiClient writer) {
        this.manager = manager;
        this.writer = writer;
        this.recorders = new Recorders(writer, manager.clock());
        this.starter = Thread.ofVirtual().name("term").unstarted(this::run);
    }

    void start() {
        starter.start();
    }

    private void run() {
        try {
            manager.caches().awaitSynced();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            controllers.putAll(manager.build(manager.context(writer, recorders)));
            controllers.forEach((name, controller) -> {
                controller.start();
                LOG.debug("Started {}", name);
            });
            LOG.info("{} controllers run", controllers.size());
        }
    }

    void close() {
        starter.interrupt();
        List<Thread> closing = new ArrayList<>();
        synchronized (this) {
            closed = true;
            controllers.forEach((name, controller) ->
                    closing.add(Thread.ofVirtual().name("close-" + name).start(controller::close)));
        }
        try {
            for (Thread thread : closing) {
                thread.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        recorders.close();
    }

    /** The event recorders of the controllers, by component name. */
    static final class Recorders {
        private final ApiClient writer;
        private final Clock clock;
        private final Map<String, ApiEventRecorder> recorders = new LinkedHashMap<>(); // guarded by this

        Recorders(ApiClient writer, Clock clock) {
            this.writer = writer;
            this.clock = clock;
        }

        synchronized EventRecorder of(String component) {
            return recorders.computeIfAbsent(component, name -> {
                ApiEventRecorder recorder =
                        new ApiEventRecorder(writer.resource(ResourceTypes.EVENTS), name, "", clock);
                recorder.start();
                return recorder;
            });
        }

        synchronized void close() {
            recorders.values().forEach(ApiEventRecorder::close);
        }
    }
}
