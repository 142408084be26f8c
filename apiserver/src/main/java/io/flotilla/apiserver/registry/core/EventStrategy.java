package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Events. The rules of the core group are lenient: reporters of all ages must get their events in. Those of
 * events.k8s.io want a full report, without the fields of old, which never changes but for its series.
 */
public final class EventStrategy extends KindStrategy {
    private static final int MAX_LENGTH = 128;
    private static final int MAX_MESSAGE = 1024;
    private static final int MIN_SERIES = 2;
    /** As Kubernetes looks at them, the reason twice. */
    private static final List<String> IMMUTABLE = List.of(
            "involvedObject",
            "reason",
            "message",
            "source",
            "firstTimestamp",
            "lastTimestamp",
            "count",
            "reason",
            "type",
            "eventTime",
            "action",
            "related");

    private final boolean strict;

    private EventStrategy(Names.Rule names, boolean strict) {
        super(names, Shape.PLAIN);
        this.strict = strict;
    }

    /** The rules of the core group. */
    public static EventStrategy lenient() {
        return new EventStrategy(Names.PATH_SEGMENT, false);
    }

    /** The rules of events.k8s.io. */
    public static EventStrategy strict() {
        return new EventStrategy(Names::subdomain, true);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return true;
    }

    @Override
    protected void check(WriteContext context, Field event, Findings findings) {
        checkLeniently(event, findings);
        if (strict) {
            checkStrictly(event, findings);
        }
    }

    @Override
    protected void checkUpdate(WriteContext context, Field event, Field old, Findings findings) {
        checkLeniently(event, findings);
        if (!strict) {
            return;
        }
        if (!Trees.same(event.at("series").value(), old.at("series").value())) {
            checkSeries(event.at("series"), findings);
        }
        for (String name : IMMUTABLE) {
            findings.immutable(event.at(name), old.at(name));
        }
        findings.immutable(event.at("reportingComponent").as("reportingController"), old.at("reportingComponent"));
        findings.immutable(event.at("reportingInstance"), old.at("reportingInstance"));
    }

    private static void checkStrictly(Field event, Findings findings) {
        checkSeries(event.at("series"), findings);
        if (event.at("eventTime").isEmpty()) {
            findings.required(event.at("eventTime"));
        }
        Field type = event.at("type");
        if (!type.is("Normal") && !type.is("Warning")) {
            findings.invalid(type, "", "has invalid value: " + type.text());
        }
        for (String name : List.of("firstTimestamp", "lastTimestamp")) {
            checkUnset(event.at(name), !event.at(name).isEmpty(), findings);
        }
        checkUnset(event.at("count"), event.number("count") != 0, findings);
        Field source = event.at("source");
        checkUnset(
                source,
                !source.text("component").isEmpty() || !source.text("host").isEmpty(),
                findings);
    }

    private static void checkUnset(Field field, boolean set, Findings findings) {
        if (set) {
            findings.invalid(field, "", "needs to be unset");
        }
    }

    private static void checkSeries(Field series, Findings findings) {
        if (!series.isSet()) {
            return;
        }
        if (series.number("count") < MIN_SERIES) {
            findings.invalid(series.at("count"), "", "should be at least " + MIN_SERIES);
        }
        if (series.at("lastObservedTime").isEmpty()) {
            findings.required(series.at("lastObservedTime"));
        }
    }

    private static void checkLeniently(Field event, Findings findings) {
        String namespace = event.at("metadata").text("namespace");
        Field involved = event.at("involvedObject", "namespace");
        boolean fits;
        if (event.at("eventTime").isEmpty()) {
            fits = involved.isEmpty() ? namespace.isEmpty() || namespace.equals("default") : involved.is(namespace);
        } else {
            fits = !involved.isEmpty() || namespace.equals("default") || namespace.equals("kube-system");
        }
        if (!fits) {
            findings.invalid(involved, involved.text(), "does not match event.namespace");
        }
        if (!event.at("eventTime").isEmpty()) {
            checkReport(event, findings);
        }
    }

    /** An event with a time of its own says who reports it, and why, in few words. */
    private static void checkReport(Field event, Findings findings) {
        Field controller = event.at("reportingComponent").as("reportingController");
        if (controller.isEmpty()) {
            findings.required(controller);
        }
        findings.invalid(controller, controller.text(), Names.qualified(controller.text()));
        for (String name : List.of("reportingInstance", "action", "reason")) {
            if (event.at(name).isEmpty()) {
                findings.required(event.at(name));
            }
            checkLength(event.at(name), MAX_LENGTH, findings);
        }
        checkLength(event.at("message"), MAX_MESSAGE, findings);
    }

    private static void checkLength(Field field, int max, Findings findings) {
        if (field.text().getBytes(StandardCharsets.UTF_8).length > max) {
            findings.invalid(field, "", "can have at most " + max + " characters");
        }
    }
}
