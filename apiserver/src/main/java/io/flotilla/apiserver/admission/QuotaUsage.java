package io.flotilla.apiserver.admission;

import io.flotilla.apiserver.registry.validation.Field;
import io.flotilla.apiserver.registry.validation.Quantity;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How objects of one resource use up quotas. */
interface QuotaUsage {
    /** A quota's demand on the objects that it counts: a scope by itself, or one with an operator and values. */
    record Scope(String name, String operator, Set<String> values) {
        /** Whether the value, empty for none, is one that the operator asks for. */
        boolean accepts(String value) {
            return switch (operator) {
                case "In" -> values.contains(value);
                case "NotIn" -> !values.contains(value);
                case "Exists" -> !value.isEmpty();
                default -> value.isEmpty();
            };
        }
    }

    /** The name under which a quota counts all objects of a resource. */
    static String countOf(String group, String resource) {
        return "count/" + resource + (group.isEmpty() ? "" : "." + group);
    }

    /** How the resource is counted. */
    static QuotaUsage of(String group, String resource) {
        if (!group.isEmpty()) {
            return new Count(countOf(group, resource), "");
        }
        return switch (resource) {
            case "pods" -> new PodUsage();
            case "services" -> new ServiceUsage();
            case "persistentvolumeclaims" -> new ClaimUsage();
            case "configmaps", "secrets", "replicationcontrollers", "resourcequotas" ->
                new Count(countOf(group, resource), resource);
            default -> new Count(countOf(group, resource), "");
        };
    }

    /** Whether an update can change what is used. */
    boolean handlesUpdate(Field object, Field old);

    /** Whether the entry of a quota is about objects of this resource. */
    boolean measures(String entry);

    /** What the object uses up. */
    Map<String, Quantity> amounts(Field object, Instant now);

    /** Whether the object is in the scope; of most resources, none is in any. */
    default boolean isIn(Scope scope, Field object) {
        return false;
    }

    /** What a quota with these entries wants the object to say and it does not; null if nothing. */
    default @Nullable String missing(Set<String> entries, Field object) {
        return null;
    }

    /**
     * Objects that are counted and no more.
     *
     * @param alias former name of the count, empty for none
     */
    record Count(String name, String alias) implements QuotaUsage {
        @Override
        public boolean handlesUpdate(Field object, Field old) {
            return false;
        }

        @Override
        public boolean measures(String entry) {
            return entry.equals(name) || entry.equals(alias);
        }

        @Override
        public Map<String, Quantity> amounts(Field object, Instant now) {
            Quantity one = Quantity.of(1);
            return alias.isEmpty() ? Map.of(name, one) : Map.of(name, one, alias, one);
        }
    }
}
