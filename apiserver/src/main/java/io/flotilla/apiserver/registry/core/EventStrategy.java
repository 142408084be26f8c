package io.flotilla.apiserver.registry.core;

import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events, by the lenient rules of the core group: reporters of all ages must get their events in. */
public final class EventStrategy extends KindStrategy {
    private static final int MAX_LENGTH = 128;
    private static final int MAX_MESSAGE = 1024;

    public EventStrategy() {
        super(Names.PATH_SEGMENT, Shape.PLAIN);
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return true;
    }

    @Override
    protected void check(WriteContext context, Field event, Findings findings) {
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
