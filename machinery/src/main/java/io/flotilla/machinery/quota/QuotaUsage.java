package io.flotilla.machinery.quota;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.machinery.object.Quantity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How objects of one resource use up quotas. Objects are read as the documents that they are, in their storage version. */
public sealed interface QuotaUsage permits PodUsage, ServiceUsage, ClaimUsage, CountUsage {
    /**
     * A resource that quotas count.
     *
     * @param group empty for the core group
     * @param resource plural name
     */
    record Counted(String group, String resource) {
        /** How the resource is counted. */
        public QuotaUsage usage() {
            return of(group, resource);
        }
    }

    /** The name under which a quota counts all objects of a resource. */
    static String countOf(String group, String resource) {
        return CountUsage.PREFIX + resource + (group.isEmpty() ? "" : "." + group);
    }

    /** How the resource is counted. */
    static QuotaUsage of(String group, String resource) {
        if (!group.isEmpty()) {
            return new CountUsage(countOf(group, resource), "");
        }
        return switch (resource) {
            case "pods" -> new PodUsage();
            case "services" -> new ServiceUsage();
            case "persistentvolumeclaims" -> new ClaimUsage();
            case "configmaps", "secrets", "replicationcontrollers", "resourcequotas" ->
                new CountUsage(countOf(group, resource), resource);
            default -> new CountUsage(countOf(group, resource), "");
        };
    }

    /** Returns the resource whose objects the entry of a quota is about; nothing for what no resource uses up. */
    static Optional<Counted> counted(String entry) {
        return CountUsage.counted(entry)
                .or(() -> List.of("pods", "services", "persistentvolumeclaims").stream()
                        .map(resource -> new Counted("", resource))
                        .filter(resource -> resource.usage().measures(entry))
                        .findFirst());
    }

    /** Whether the quota of these demands takes the object in. */
    default boolean isIn(List<QuotaScope> scopes, JsonNode object) {
        return scopes.stream().allMatch(scope -> isIn(scope, object));
    }

    /** Whether an update can change what is used. */
    boolean handlesUpdate(JsonNode object, JsonNode old);

    /** Whether the entry of a quota is about objects of this resource. */
    boolean measures(String entry);

    /** What the object uses up, by entry. */
    Map<String, Quantity> amounts(JsonNode object, Instant now);

    /** Whether the object is in the scope; of most resources, none is in any. */
    default boolean isIn(QuotaScope scope, JsonNode object) {
        return false;
    }

    /** What a quota with these entries wants the object to say and it does not; null if nothing. */
    default @Nullable String missing(Set<String> entries, JsonNode object) {
        return null;
    }
}
