package io.flotilla.apiserver.cache;

import java.util.List;
import java.util.Optional;

/**
 * What a list or a watch is about: one namespace or all, and the requirements of a label and a field selector, all of
 * which must hold. Immutable.
 *
 * @param namespace empty for all
 * @param name the only object wanted, if the field selector says so
 * @param fields requirements on the resource's own selectable fields
 */
public record Selection(
        String namespace, Optional<String> name, List<LabelRequirement> labels, List<FieldRequirement> fields) {
    public static final Selection ALL = new Selection("", Optional.empty(), List.of(), List.of());

    /** One part of a field selector. */
    public sealed interface FieldRequirement {
        /** On a field of the resource's own, by its place. */
        record Own(int field, String value, boolean equal) implements FieldRequirement {}

        record Name(String value, boolean equal) implements FieldRequirement {}

        record Namespace(String value, boolean equal) implements FieldRequirement {}
    }

    public static Selection ofNamespace(String namespace) {
        return new Selection(namespace, Optional.empty(), List.of(), List.of());
    }

    /** Whether everything in the namespace is selected. */
    public boolean selectsAll() {
        return labels.isEmpty() && fields.isEmpty() && name.isEmpty();
    }

    /** Key of the only object that can match, if it is known. */
    Optional<String> onlyKey(boolean namespaced) {
        if (name.isEmpty() || (namespaced && namespace.isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(namespaced ? namespace + "/" + name.get() : name.get());
    }

    /** The value that a field of the resource's own must have, if the selection says so. */
    Optional<String> requiredValue(int field) {
        for (FieldRequirement each : fields) {
            if (each instanceof FieldRequirement.Own own && own.equal() && own.field() == field) {
                return Optional.of(own.value());
            }
        }
        return Optional.empty();
    }

    public boolean matches(CachedObject object) {
        if (!namespace.isEmpty() && !inNamespace(object.key())) {
            return false;
        }
        if (name.isPresent() && !object.name().equals(name.get())) {
            return false;
        }
        for (FieldRequirement each : fields) {
            boolean holds = switch (each) {
                case FieldRequirement.Own own -> object.field(own.field()).equals(own.value()) == own.equal();
                case FieldRequirement.Name it -> object.name().equals(it.value()) == it.equal();
                case FieldRequirement.Namespace it -> object.namespace().equals(it.value()) == it.equal();
            };
            if (!holds) {
                return false;
            }
        }
        for (LabelRequirement each : labels) {
            if (!each.matches(object)) {
                return false;
            }
        }
        return true;
    }

    private boolean inNamespace(String key) {
        return key.length() > namespace.length() && key.charAt(namespace.length()) == '/' && key.startsWith(namespace);
    }
}
