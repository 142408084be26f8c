package io.flotilla.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.admission.matching.Configured;
import io.flotilla.apiserver.admission.matching.Forms;
import io.flotilla.apiserver.admission.matching.Place;
import io.flotilla.apiserver.registry.Registry;
import io.flotilla.apiserver.registry.Reviews.Write;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The policies of one kind that are bound, in the order of their names. */
final class BoundPolicies<P extends Policy> {
    private final Configured<P> policies;
    private final Configured<Binding> bindings;
    private final Forms forms;

    /**
     * A policy that is put to use.
     *
     * @param as the name of the resource that its rules match
     */
    record Bound<P extends Policy>(P policy, ResourceInfo as, List<Binding> bindings) {}

    BoundPolicies(Registry registry, Forms forms, String policies, String bindings, Function<JsonNode, P> reader) {
        this.policies = new Configured<>(registry, policies, each -> List.of(reader.apply(each)));
        this.bindings = new Configured<>(registry, bindings, each -> List.of(Binding.of(each)));
        this.forms = forms;
    }

    /** Those that are about the write. */
    List<Bound<P>> of(Write write) {
        List<P> policiesNow = policies.now();
        List<Binding> bindingsNow = bindings.now();
        if (policiesNow.isEmpty() || bindingsNow.isEmpty()) {
            return List.of();
        }
        Place place = Place.of(write);
        List<ResourceInfo> equivalents = forms.equivalents(write.resource());
        List<Bound<P>> bound = new ArrayList<>();
        for (P policy : policiesNow) {
            List<Binding> own = bindingsNow.stream()
                    .filter(each -> each.policy().equals(policy.name()) && each.covers(place, equivalents))
                    .toList();
            if (!own.isEmpty()) {
                policy.matching().resource(place, equivalents).ifPresent(as -> bound.add(new Bound<>(policy, as, own)));
            }
        }
        return bound;
    }
}
