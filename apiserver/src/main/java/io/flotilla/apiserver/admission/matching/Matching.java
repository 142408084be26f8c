package io.flotilla.apiserver.admission.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Reviews.Operation;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which writes something configured is about: rules, and selectors of namespaces and objects.
 *
 * @param rules which match; none match nothing
 * @param excluded rules of what does not match all the same
 * @param exact whether other names of the same resource do not count
 */
public record Matching(
        JsonNode rules, JsonNode excluded, JsonNode namespaceSelector, JsonNode objectSelector, boolean exact) {

    /** Reads a MatchResources. */
    public static Matching ofResources(JsonNode resources) {
        return new Matching(
                resources.path("resourceRules"),
                resources.path("excludeResourceRules"),
                resources.path("namespaceSelector"),
                resources.path("objectSelector"),
                isExact(resources));
    }

    /** Reads what a webhook says of it. */
    public static Matching ofHook(JsonNode hook) {
        return new Matching(
                hook.path("rules"),
                hook.path("excludeResourceRules"),
                hook.path("namespaceSelector"),
                hook.path("objectSelector"),
                isExact(hook));
    }

    private static boolean isExact(JsonNode node) {
        return node.path("matchPolicy").asText().equals("Exact");
    }

    /** The name under which a rule matches the resource: its own, or one of those that mean the same. */
    public Optional<ResourceInfo> resource(Place place, Collection<ResourceInfo> equivalents) {
        if (isAnyOf(excluded, place, equivalents).isPresent()) {
            return Optional.empty();
        }
        return isAnyOf(rules, place, equivalents);
    }

    private Optional<ResourceInfo> isAnyOf(JsonNode these, Place place, Collection<ResourceInfo> equivalents) {
        if (matches(these, place)) {
            return Optional.of(place.resource());
        }
        return exact
                ? Optional.empty()
                : equivalents.stream()
                        .filter(each -> matches(these, place.as(each)))
                        .findFirst();
    }

    private static boolean matches(JsonNode rules, Place place) {
        for (JsonNode rule : rules) {
            if (place.matches(rule)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the selectors select the write: its namespace, and the object or what it was before. */
    public boolean selects(Write write, @Nullable ObjectNode object, @Nullable ObjectNode old, Namespaces namespaces) {
        return (selectsAll(namespaceSelector) || selectsNamespace(write, object, old, namespaces))
                && (selectsAll(objectSelector) || selectsObject(object) || selectsObject(old));
    }

    private static boolean selectsAll(JsonNode selector) {
        return selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty();
    }

    private boolean selectsObject(@Nullable ObjectNode object) {
        return object != null
                && object.path("metadata").isObject()
                && Selectors.matches(objectSelector, labels(object));
    }

    /** A namespace that is written is selected by what it is to be. */
    private boolean selectsNamespace(
            Write write, @Nullable ObjectNode object, @Nullable ObjectNode old, Namespaces namespaces) {
        if (!Place.of(write).isNamespace()) {
            return write.namespace().isEmpty()
                    || Selectors.matches(namespaceSelector, labels(namespaces.get(write.namespace())));
        }
        boolean written = write.operation() == Operation.CREATE || write.operation() == Operation.UPDATE;
        if (object != null && written && write.subresource().isEmpty()) {
            return Selectors.matches(namespaceSelector, labels(object));
        }
        return Selectors.matches(namespaceSelector, labels(old == null ? namespaces.get(write.name()) : old));
    }

    private static JsonNode labels(ObjectNode object) {
        return object.path("metadata").path("labels");
    }
}
