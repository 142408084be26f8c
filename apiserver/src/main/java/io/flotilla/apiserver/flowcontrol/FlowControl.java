package io.flotilla.apiserver.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.authz.Attributes;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.request.User;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Admits requests to execution by priority and fairness. What the objects say is worked out once for each state of
 * theirs. Without any, members of {@code system:masters} are exempt and all others share the seats.
 */
public final class FlowControl implements Admission {
    private static final FlowSchema EXEMPT =
            new FlowSchema("exempt", "", 1, LevelConfig.EXEMPT.name(), FlowSchema.Distinguisher.NONE, List.of());
    private static final FlowSchema CATCH_ALL = new FlowSchema(
            "catch-all", "", 10_000, LevelConfig.CATCH_ALL.name(), FlowSchema.Distinguisher.USER, List.of());

    private final Source schemas;
    private final Source levels;
    private final Duration patience;
    private final LongSupplier nanoTime;
    private final Seats seats;
    private final FlowMeters meters;
    private volatile Built built;

    /** All objects of one kind as they are now. */
    public interface Source {
        /** An object that stays the same for as long as the objects do. */
        Object state();

        List<JsonNode> objects();
    }

    private record Flow(FlowSchema schema, PriorityLevel level, FlowMeters.Meter meter) {}

    private record Built(Object schemas, Object levels, List<Flow> flows, Flow exempt, Flow catchAll) {}

    /**
     * @param total seats that all priority levels share
     * @param patience longest time that a request waits
     */
    public FlowControl(
            Source schemas,
            Source levels,
            int total,
            Duration patience,
            PrometheusRegistry metrics,
            LongSupplier nanoTime) {
        this.schemas = schemas;
        this.levels = levels;
        this.patience = patience;
        this.nanoTime = nanoTime;
        this.seats = new Seats(total);
        this.meters = new FlowMeters(metrics);
        this.built = build(new Object(), new Object(), List.of(), List.of());
    }

    @Override
    public Ticket admit(User user, Attributes asked, int wanted) {
        Flow flow = classify(user, asked);
        if (flow.level().config().exempt()) {
            flow.meter().starts(1, 0);
            return new Exempt(flow);
        }
        long start = nanoTime.getAsLong();
        Seats.Outcome outcome;
        try {
            outcome = seats.take(flow.level(), hash(flow.schema(), user, asked), wanted, patience, flow.meter()::waits);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StatusException.serviceUnavailable("the request was interrupted while it waited");
        }
        long now = nanoTime.getAsLong();
        double waited = (now - start) / 1e9;
        return switch (outcome) {
            case Seats.Outcome.Started started -> {
                flow.meter().starts(started.seats(), started.waited().isPresent() ? waited : 0);
                yield new Seated(flow, started, now);
            }
            case Seats.Outcome.Refused(String reason) -> {
                flow.meter().refuses(reason, waited);
                throw new OverloadException(
                        flow.schema().uid(), flow.level().config().uid());
            }
        };
    }

    private static long hash(FlowSchema schema, User user, Attributes asked) {
        long hash = 0xcbf29ce484222325L;
        String flow = schema.flow(user, asked);
        for (int i = 0; i < schema.name().length(); i++) {
            hash = (hash ^ schema.name().charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ ',') * 0x100000001b3L;
        for (int i = 0; i < flow.length(); i++) {
            hash = (hash ^ flow.charAt(i)) * 0x100000001b3L;
        }
        // FNV leaves the low bits of short texts alike.
        hash ^= hash >>> 32;
        return hash;
    }

    private Flow classify(User user, Attributes asked) {
        Built now = current();
        for (Flow flow : now.flows()) {
            if (flow.schema().matches(user, asked)) {
                return flow;
            }
        }
        return user.isIn(User.MASTERS) ? now.exempt() : now.catchAll();
    }

    @SuppressWarnings("ReferenceEquality") // states are told apart by identity: comparing their content would cost more
    private Built current() {
        Built now = built;
        Object ofSchemas = schemas.state();
        Object ofLevels = levels.state();
        if (now.schemas() == ofSchemas && now.levels() == ofLevels) {
            return now;
        }
        synchronized (this) {
            if (built == now) {
                built = build(ofSchemas, ofLevels, schemas.objects(), levels.objects());
            }
            return built;
        }
    }

    private Built build(Object ofSchemas, Object ofLevels, List<JsonNode> schemaObjects, List<JsonNode> levelObjects) {
        Map<String, LevelConfig> configs = new LinkedHashMap<>();
        for (LevelConfig each : List.of(LevelConfig.EXEMPT, LevelConfig.CATCH_ALL)) {
            configs.put(each.name(), each);
        }
        levelObjects.stream().map(LevelConfig::of).forEach(config -> configs.put(config.name(), config));
        Map<String, PriorityLevel> byName = seats.configure(configs.values());
        byName.values().stream().filter(level -> !level.config().exempt()).forEach(meters::nominal);
        List<Flow> flows = new ArrayList<>();
        schemaObjects.stream()
                .map(FlowSchema::of)
                // A schema whose level does not exist counts for nothing.
                .filter(schema -> configs.containsKey(schema.level()))
                .sorted(FlowSchema.ORDER)
                .forEach(schema -> flows.add(flow(schema, byName)));
        return new Built(ofSchemas, ofLevels, List.copyOf(flows), flow(EXEMPT, byName), flow(CATCH_ALL, byName));
    }

    private Flow flow(FlowSchema schema, Map<String, PriorityLevel> byName) {
        PriorityLevel level = byName.get(schema.level());
        if (level == null) {
            throw new IllegalStateException("no priority level " + schema.level());
        }
        return new Flow(schema, level, meters.of(schema.name(), schema.level()));
    }

    private record Exempt(Flow flow) implements Ticket {
        @Override
        public String schemaUid() {
            return flow.schema().uid();
        }

        @Override
        public String levelUid() {
            return flow.level().config().uid();
        }

        @Override
        public void close() {
            flow.meter().ends(1);
        }
    }

    private final class Seated implements Ticket {
        private final Flow flow;
        private final Seats.Outcome.Started taken;
        private final long since;

        Seated(Flow flow, Seats.Outcome.Started taken, long since) {
            this.flow = flow;
            this.taken = taken;
            this.since = since;
        }

        @Override
        public String schemaUid() {
            return flow.schema().uid();
        }

        @Override
        public String levelUid() {
            return flow.level().config().uid();
        }

        @Override
        public void close() {
            flow.meter().ends(taken.seats());
            seats.giveBack(flow.level(), taken, (nanoTime.getAsLong() - since) / 1e9);
        }
    }
}
