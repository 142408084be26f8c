package io.flotilla.controllermanager;

import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.ControllerSettings;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.Fence;
import io.flotilla.machinery.election.Leadership;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the selected controllers while this process leads: builds them when a leadership begins, with a client that only
 * writes under that leadership, and takes them down when it ends.
 */
final class ControllerManager implements Leadership {
    private final ApiClient client;
    private final Caches caches;
    private final ControllerSettings settings;
    private final ControllerSelection selection;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private @Nullable Term term; // guarded by this

    ControllerManager(
            ApiClient client,
            Caches caches,
            ControllerSettings settings,
            ControllerSelection selection,
            Clock clock,
            LongSupplier nanoTime) {
        this.client = client;
        this.caches = caches;
        this.settings = settings;
        this.selection = selection;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    @Override
    public void begin(Fence fence) {
        run(client.fencedBy(fence));
    }

    /** Runs the controllers without any election. */
    void runAlone() {
        run(client);
    }

    private synchronized void run(ApiClient writer) {
        Term next = new Term(this, writer);
        term = next;
        next.start();
    }

    @Override
    public void end() {
        Term ending;
        synchronized (this) {
            ending = term;
            term = null;
        }
        if (ending != null) {
            ending.close();
        }
    }

    Caches caches() {
        return caches;
    }

    Clock clock() {
        return clock;
    }

    /** Builds the selected controllers, by name. */
    Map<String, Controller> build(ControllerContext context) {
        Map<String, Controller> built = new LinkedHashMap<>();
        ControllerTable.builders().forEach((name, builder) -> {
            if (selection.includes(name)) {
                builder.apply(context).ifPresent(controller -> built.put(name, controller));
            }
        });
        return built;
    }

    ControllerContext context(ApiClient writer, Term.Recorders recorders) {
        return new ControllerContext(writer, caches, recorders::of, clock, nanoTime, settings);
    }

    Optional<String> notReady() {
        return caches.hasSynced() ? Optional.empty() : Optional.of("informers have not synced yet");
    }
}
