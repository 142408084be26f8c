package io.flotilla.apiserver.registry.workload;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Findings;
import io.flotilla.apiserver.registry.validation.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an autoscaler points at: {@code CrossVersionObjectReference}. */
final class ObjectReference {
    private ObjectReference() {}

    static void checkName(Field reference, Findings findings) {
        for (String name : List.of("kind", "name")) {
            Field field = reference.at(name);
            if (field.isEmpty()) {
                findings.required(field);
            } else {
                findings.invalid(field, Names.pathSegment(field.text()));
            }
        }
    }

    /** @param grouped whether the version must name a group */
    static void checkVersion(Field reference, boolean grouped, Findings findings) {
        String version = reference.text("apiVersion");
        String wrong = apiVersionError(version, grouped);
        if (wrong != null) {
            findings.invalid(reference.at("apiVersion"), version, wrong);
        }
    }

    /** What is wrong with the version, null where nothing is. */
    static @Nullable String apiVersionError(String version, boolean grouped) {
        int slash = version.indexOf('/');
        if (slash >= 0 && version.indexOf('/', slash + 1) >= 0) {
            return "unexpected GroupVersion string: " + version;
        }
        return grouped && slash <= 0 ? "apiVersion must specify API group" : null;
    }
}
