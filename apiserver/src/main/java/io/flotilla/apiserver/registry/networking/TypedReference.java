package io.flotilla.apiserver.registry.networking;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;

/** A reference to an object of any kind: {@code TypedLocalObjectReference}. */
final class TypedReference {
    private TypedReference() {}

    static void check(Field reference, Findings findings) {
        Field group = reference.at("apiGroup");
        if (group.isSet()) {
            findings.invalid(group, Names.subdomain(group.text()));
        }
        for (String name : List.of("kind", "name")) {
            Field field = reference.at(name);
            if (field.isEmpty()) {
                findings.required(field, name + " is required");
            } else {
                findings.invalid(field, Names.pathSegment(field.text()));
            }
        }
    }
}
