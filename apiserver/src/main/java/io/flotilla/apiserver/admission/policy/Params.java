package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.ServedVersion;
import io.flotilla.apiserver.registry.validation.Selectors;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The objects by which bindings set up their policies. */
final class Params {
    private static final List<JsonNode> NONE = List.of(NullNode.getInstance());

    private final Schema schema;
    private final Registry registry;

    Params(Schema schema, Registry registry) {
        this.schema = schema;
        this.registry = registry;
    }

    /** A binding's parameters cannot be told: what follows is up to the policy's failure policy. */
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1L;

        MissingException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The parameters, for each of which the policy is applied.
     *
     * @param namespace that of the write
     */
    List<JsonNode> of(Policy policy, Binding binding, String namespace) throws MissingException {
        JsonNode reference = binding.paramRef();
        if (!policy.paramKind().isObject() || !reference.isObject()) {
            return NONE;
        }
        String apiVersion = policy.paramKind().path("apiVersion").asText();
        String kind = policy.paramKind().path("kind").asText();
        ServedVersion version = resource(apiVersion, kind)
                .flatMap(registry::served)
                .orElseThrow(() -> new MissingException(
                        "failed to find resource referenced by paramKind: '" + apiVersion + ", Kind=" + kind + "'"));
        String place =
                version.resource().namespaced() ? reference.path("namespace").asText(namespace) : "";
        if (version.resource().namespaced() && place.isEmpty()) {
            throw new MissingException(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped" + " resources");
        }
        List<JsonNode> found = find(version, reference, place);
        if (found.isEmpty()
                && !reference.path("parameterNotFoundAction").asText("Deny").equals("Allow")) {
            throw new MissingException("no params found for policy binding with `Deny` parameterNotFoundAction");
        }
        return found;
    }

    private List<JsonNode> find(ServedVersion version, JsonNode reference, String namespace) {
        ObjectStore store = registry.objects();
        String name = reference.path("name").asText("");
        Stream<ObjectNode> found = name.isEmpty()
                ? store.cachedList(version.storage(), namespace).stream()
                        .filter(each -> Selectors.matches(
                                reference.path("selector"),
                                each.path("metadata").path("labels")))
                : store.cached(version.storage(), namespace, name).stream();
        return found.<JsonNode>map(each -> version.fromStorage(each.deepCopy())).toList();
    }

    private Optional<ResourceInfo> resource(String apiVersion, String kind) {
        return Stream.concat(schema.resources().stream(), schema.customResources().stream())
                .filter(each ->
                        each.apiVersion().equals(apiVersion) && each.kind().equals(kind))
                .findFirst();
    }
}
