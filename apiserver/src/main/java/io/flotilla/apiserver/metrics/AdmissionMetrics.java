package io.flotilla.apiserver.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Admission;
import io.flotilla.apiserver.registry.Mutation;
import io.flotilla.apiserver.registry.Review;
import io.flotilla.apiserver.registry.Reviews;
import io.flotilla.apiserver.registry.Reviews.Operation;
import io.flotilla.apiserver.registry.WriteContext;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How long admission takes: each plugin of the server's own, and the steps of what is configured. */
public final class AdmissionMetrics {
    private static final double[] BOUNDS = {0.005, 0.025, 0.1, 0.5, 1, 2.5};

    private final Histogram plugins;
    private final Meters steps;

    public AdmissionMetrics(PrometheusRegistry registry) {
        plugins = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_admission_controller_admission_duration_seconds")
                .help("Seconds that an admission plugin took, by its name, the operation, and whether it may change the"
                        + " object (admit) or not (validate).")
                .labelNames("name", "operation", "rejected", "type")
                .classicOnly()
                .classicUpperBounds(BOUNDS)
                .register(registry);
        Histogram all = Histogram.builder()
                .withoutExemplars()
                .name("apiserver_admission_step_admission_duration_seconds")
                .help("Seconds that a step of admission took (admit or validate), by operation.")
                .labelNames("operation", "rejected", "type")
                .classicOnly()
                .classicUpperBounds(BOUNDS)
                .register(registry);
        steps = new Meters((operation, rejected, type) -> all.labelValues(operation, rejected, type));
    }

    /** The plugin, timed. */
    public Admission timed(Admission plugin) {
        String name = plugin.name();
        return new Plugin(
                plugin,
                new Meters((operation, rejected, type) -> plugins.labelValues(name, operation, rejected, type)));
    }

    /**
     * What is configured, timed. The first step includes the plugins of the server's own, which run within it; those
     * that validate do so before the second one.
     */
    public Reviews timed(Reviews reviews) {
        return write -> new Steps(reviews.of(write), write.operation(), steps);
    }

    @FunctionalInterface
    private interface Resolution {
        DistributionDataPoint of(String operation, String rejected, String type);
    }

    /** The meters of one plugin, or of the steps; those of what is let in are resolved once. */
    private static final class Meters {
        private final Resolution resolution;
        private final Map<Operation, DistributionDataPoint> completed = new ConcurrentHashMap<>();
        private final Map<Operation, DistributionDataPoint> validated = new ConcurrentHashMap<>();

        Meters(Resolution resolution) {
            this.resolution = resolution;
        }

        void time(Operation operation, boolean changes, Runnable work) {
            long start = System.nanoTime();
            boolean rejected = true;
            try {
                work.run();
                rejected = false;
            } finally {
                of(operation, changes, rejected).observe((System.nanoTime() - start) / 1e9);
            }
        }

        private DistributionDataPoint of(Operation operation, boolean changes, boolean rejected) {
            String type = changes ? "admit" : "validate";
            if (rejected) {
                return resolution.of(operation.name(), "true", type);
            }
            Map<Operation, DistributionDataPoint> known = changes ? completed : validated;
            DistributionDataPoint found = known.get(operation);
            return found != null
                    ? found
                    : known.computeIfAbsent(operation, each -> resolution.of(each.name(), "false", type));
        }
    }

    private static Operation operation(@Nullable ObjectNode old) {
        return old == null ? Operation.CREATE : Operation.UPDATE;
    }

    private record Plugin(Admission plugin, Meters meters) implements Admission {
        @Override
        public String name() {
            return plugin.name();
        }

        @Override
        public boolean handles(String group, String resource) {
            return plugin.handles(group, resource);
        }

        @Override
        public void admit(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
            meters.time(operation(old), true, () -> plugin.admit(context, object, old));
        }

        @Override
        public Runnable validate(WriteContext context, ObjectNode object, @Nullable ObjectNode old) {
            Runnable[] undo = {() -> {}};
            meters.time(operation(old), false, () -> undo[0] = plugin.validate(context, object, old));
            return undo[0];
        }

        @Override
        public void validateDelete(WriteContext context, ObjectNode object) {
            meters.time(Operation.DELETE, false, () -> plugin.validateDelete(context, object));
        }

        @Override
        public boolean handlesStatus() {
            return plugin.handlesStatus();
        }
    }

    private record Steps(Review review, Operation operation, Meters meters) implements Review {
        @Override
        public Mutation mutation() {
            return review.mutation();
        }

        @Override
        public void mutate(ObjectNode object, @Nullable ObjectNode old, Consumer<ObjectNode> builtIn) {
            meters.time(operation, true, () -> review.mutate(object, old, builtIn));
        }

        @Override
        public void validate(ObjectNode object, @Nullable ObjectNode old) {
            meters.time(operation, false, () -> review.validate(object, old));
        }

        @Override
        public void delete(ObjectNode old) {
            meters.time(operation, false, () -> review.delete(old));
        }

        @Override
        public void connect(ObjectNode options) {
            meters.time(operation, false, () -> review.connect(options));
        }

        @Override
        public void admit(ObjectNode object, Supplier<Optional<ObjectNode>> old) {
            meters.time(operation, false, () -> review.admit(object, old));
        }
    }
}
