package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Matching;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A ValidatingAdmissionPolicyBinding.
 *
 * @param matching what it narrows the policy to; empty for all that the policy is about
 * @param actions what follows where a validation does not hold
 */
record Binding(String name, String policy, Optional<Matching> matching, JsonNode paramRef, Set<String> actions) {

    static Binding of(JsonNode binding) {
        JsonNode spec = binding.path("spec");
        JsonNode resources = spec.path("matchResources");
        Set<String> actions = new HashSet<>();
        spec.path("validationActions").forEach(each -> actions.add(each.asText()));
        return new Binding(
                binding.path("metadata").path("name").asText(),
                spec.path("policyName").asText(),
                resources.isObject() ? Optional.of(Matching.ofResources(resources)) : Optional.empty(),
                spec.path("paramRef"),
                actions);
    }

    /** Whether the resource is one that the binding is about; without rules it is about all. */
    boolean covers(Place place, List<ResourceInfo> equivalents) {
        return matching.isEmpty()
                || (matching.get().rules().isEmpty()
                        && matching.get().excluded().isEmpty())
                || matching.get().resource(place, equivalents).isPresent();
    }
}
