package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.extension.cel.library.AuthorizerValue;
import io.flotilla.apiserver.registry.Reviews.Operation;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.request.User;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The AdmissionRequest of a write, but for its objects. */
public final class ReviewRequest {
    private final ObjectNode request = JsonNodeFactory.instance.objectNode();
    private final Write write;
    private final String name;

    /**
     * Puts together what is known of the write.
     *
     * @param as the name of the resource that rules matched
     * @param subject the object written or deleted; names what the path of a creation leaves open
     */
    public ReviewRequest(Write write, ResourceInfo as, Forms forms, @Nullable ObjectNode subject) {
        this.write = write;
        boolean creates = write.operation() == Operation.CREATE && write.name().isEmpty();
        name = creates && subject != null
                ? subject.path("metadata").path("name").asText("")
                : write.name();
        boolean namespace = write.resource().group().isEmpty()
                && write.resource().resource().equals("namespaces");
        Forms.Kind kind = forms.kind(as, write.subresource());
        kind(request.putObject("kind"), kind);
        resource(request.putObject("resource"), as);
        putUnlessEmpty("subResource", write.subresource());
        kind(request.putObject("requestKind"), forms.kind(write.resource(), write.subresource()));
        resource(request.putObject("requestResource"), write.resource());
        putUnlessEmpty("requestSubResource", write.subresource());
        putUnlessEmpty("name", name);
        putUnlessEmpty("namespace", namespace ? name : write.namespace());
        request.put("operation", write.operation().name());
        user(request.putObject("userInfo"), write.user());
        request.put("dryRun", write.dryRun());
        ObjectNode options = write.options().get();
        if (options.isEmpty()) {
            request.putNull("options");
        } else {
            request.set("options", options);
        }
    }

    /** Name of the object; empty while none is known. */
    public String name() {
        return name;
    }

    private void putUnlessEmpty(String field, String value) {
        if (!value.isEmpty()) {
            request.put(field, value);
        }
    }

    private static void kind(ObjectNode into, Forms.Kind kind) {
        into.put("group", kind.group()).put("version", kind.version()).put("kind", kind.kind());
    }

    private static void resource(ObjectNode into, ResourceInfo resource) {
        into.put("group", resource.group()).put("version", resource.version()).put("resource", resource.resource());
    }

    private static void user(ObjectNode into, User user) {
        into.put("username", user.name());
        if (!user.uid().isEmpty()) {
            into.put("uid", user.uid());
        }
        if (!user.groups().isEmpty()) {
            user.groups().forEach(into.putArray("groups")::add);
        }
        if (!user.extra().isEmpty()) {
            ObjectNode extra = into.putObject("extra");
            user.extra().forEach((key, values) -> {
                ArrayNode array = extra.putArray(key);
                values.forEach(array::add);
            });
        }
    }

    /** The whole request. */
    public ObjectNode with(String uid, JsonNode object, JsonNode old) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode().put("uid", uid);
        whole.setAll(request);
        whole.set("object", object);
        whole.set("oldObject", old);
        return whole;
    }

    /** The values of {@link Conditions#VARIABLES}. */
    public Map<String, Object> variables(JsonNode object, JsonNode old, Authorizer authorizer) {
        AuthorizerValue asks = new AuthorizerValue(authorizer, write.user());
        return Map.of(
                "authorizer",
                asks,
                "authorizer.requestResource",
                asks.resource(write.resource().group(), write.resource().resource())
                        .subresource(write.subresource())
                        .namespace(write.namespace())
                        .name(name),
                "object",
                ObjectExpression.value(object),
                "oldObject",
                ObjectExpression.value(old),
                "request",
                ObjectExpression.value(request));
    }
}
