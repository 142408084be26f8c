package io.flotilla.apiserver.registry.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.KindStrategy;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import io.flotilla.apiserver.registry.validation.Trees;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Requests for certificates. The server writes down who asks; after that the spec never changes. */
public final class SigningRequestStrategy extends KindStrategy {

    public SigningRequestStrategy() {
        super(Names.PATH_SEGMENT, Shape.STATUS);
    }

    @Override
    public void prepareForCreate(WriteContext context, ObjectNode object) {
        super.prepareForCreate(context, object);
        ObjectNode spec = Trees.child(object, "spec");
        spec.remove(List.of("uid", "groups", "extra"));
        spec.put("username", context.user().name());
        if (!context.user().uid().isEmpty()) {
            spec.put("uid", context.user().uid());
        }
        ArrayNode groups = spec.putArray("groups");
        context.user().groups().forEach(groups::add);
        if (!context.user().extra().isEmpty()) {
            ObjectNode extra = spec.putObject("extra");
            context.user().extra().forEach((key, values) -> values.forEach(extra.withArray(key)::add));
        }
    }

    @Override
    public void prepareForUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForUpdate(context, object, old);
        Trees.restore(object, old, "spec");
    }

    @Override
    public void prepareForStatusUpdate(WriteContext context, ObjectNode object, ObjectNode old) {
        super.prepareForStatusUpdate(context, object, old);
        stamp(context, object, old);
    }

    /** Gives conditions without a time this one, or that at which the condition got its status. */
    static void stamp(WriteContext context, ObjectNode object, ObjectNode old) {
        String now = context.now().truncatedTo(ChronoUnit.SECONDS).toString();
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition instanceof ObjectNode each) {
                Trees.putDefault(each, "lastUpdateTime", now);
                Trees.putDefault(each, "lastTransitionTime", transition(each, old, now));
            }
        }
    }

    private static String transition(JsonNode condition, ObjectNode old, String now) {
        for (JsonNode before : old.path("status").path("conditions")) {
            if (before.path("type").equals(condition.path("type"))
                    && before.path("status").equals(condition.path("status"))
                    && before.has("lastTransitionTime")) {
                return before.path("lastTransitionTime").asText();
            }
        }
        return now;
    }

    @Override
    protected void check(WriteContext context, Field request, Findings findings) {
        SigningRequestRules.checkSpec(request.at("spec"), findings);
    }

    @Override
    protected void checkUpdate(WriteContext context, Field request, Field old, Findings findings) {
        // Metadata only: spec and status were restored.
    }

    @Override
    protected void checkStatusUpdate(WriteContext context, Field request, Field old, Findings findings) {
        SigningRequestRules.checkUpdate(request, old, false, findings);
    }
}
