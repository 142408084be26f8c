package io.flotilla.apiserver.registry.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What flow schemas and priority levels share: two of each every server needs, and needs as they are. */
abstract class FlowControlStrategy extends KindStrategy {
    private final Map<String, JsonNode> mandatory;

    /** @param mandatory the specs that never change, by name */
    FlowControlStrategy(Map<String, JsonNode> mandatory) {
        super(Names::subdomain, Shape.STATUS_AND_GENERATION, Updates.CONDITIONAL);
        this.mandatory = Map.copyOf(mandatory);
    }

    abstract void checkSpec(Field spec, String name, Findings findings);

    /** Checks that a mandatory spec is what it must be. */
    void checkFixed(Field spec, String name, JsonNode fixed, Findings findings) {
        if (!Trees.same(spec.value(), fixed)) {
            findings.invalid(spec, "spec of '" + name + "' must equal the fixed value");
        }
    }

    @Override
    protected final void check(WriteContext context, Field object, Findings findings) {
        Field spec = object.at("spec");
        String name = object.at("metadata").text("name");
        checkSpec(spec, name, findings);
        JsonNode fixed = mandatory.get(name);
        if (fixed != null) {
            checkFixed(spec, name, fixed, findings);
        }
    }

    /** Each condition has a type of its own. */
    @Override
    protected final void checkStatusUpdate(WriteContext context, Field object, Field old, Findings findings) {
        Set<String> types = new HashSet<>();
        for (Field condition : object.at("status", "conditions").items()) {
            Field type = condition.at("type");
            if (!types.add(type.text())) {
                findings.duplicate(type, type.text());
            }
            if (type.isEmpty()) {
                findings.required(type, "must not be empty");
            }
        }
    }
}
