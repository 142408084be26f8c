package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Matching;
import io.flotilla.apiserver.admission.matching.Namespaces;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.admission.matching.ReviewRequest;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.extension.cel.ObjectExpression;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One write, as policies see it. */
record Scene(Write write, Forms forms, Namespaces namespaces, Params params, Authorizer authorizer) {

    boolean selects(Matching matching, @Nullable ObjectNode object, @Nullable ObjectNode old) {
        return matching.selects(write, object, old, namespaces);
    }

    /** Whether the binding lets its policy be applied. */
    boolean selects(Binding binding, @Nullable ObjectNode object, @Nullable ObjectNode old) {
        return binding.matching().isEmpty() || selects(binding.matching().get(), object, old);
    }

    List<JsonNode> params(Policy policy, Binding binding) throws Params.MissingException {
        return params.of(policy, binding, write.namespace());
    }

    /** The request that is described to policies that know the resource by that name. */
    ReviewRequest request(ResourceInfo as, @Nullable ObjectNode object, @Nullable ObjectNode old) {
        return new ReviewRequest(write, as, forms, object == null ? old : object);
    }

    /** The values of {@link Policy#BEFORE_VARIABLES}; the parameters are those given. */
    Map<String, Object> variables(
            ReviewRequest request,
            ResourceInfo as,
            @Nullable ObjectNode object,
            @Nullable ObjectNode old,
            JsonNode param) {
        Map<String, Object> variables = new HashMap<>(request.variables(form(as, object), form(as, old), authorizer));
        variables.put("namespaceObject", ObjectExpression.value(namespace()));
        variables.put("params", ObjectExpression.value(param));
        return variables;
    }

    private JsonNode form(ResourceInfo as, @Nullable ObjectNode object) {
        return object == null ? NullNode.getInstance() : forms.form(write, as, object);
    }

    private JsonNode namespace() {
        return write.namespace().isEmpty() || Place.of(write).isNamespace()
                ? NullNode.getInstance()
                : namespaces.get(write.namespace());
    }
}
