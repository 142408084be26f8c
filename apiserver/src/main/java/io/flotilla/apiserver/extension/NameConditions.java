package io.flotilla.apiserver.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.Quoting;
import io.flotilla.apiserver.schema.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Decides whether a definition gets the names that it asks for, and writes that into its status. */
final class NameConditions {
    private final Set<String> resources = new HashSet<>();
    private final Set<String> kinds = new HashSet<>();
    private final Instant now;

    /** @param others the other definitions of the same group, as they stand */
    NameConditions(List<ObjectNode> others, Instant now) {
        this.now = now;
        for (ObjectNode other : others) {
            JsonNode accepted = other.path("status").path("acceptedNames");
            add(resources, accepted.path("plural"));
            add(resources, accepted.path("singular"));
            accepted.path("shortNames").forEach(name -> add(resources, name));
            add(kinds, accepted.path("kind"));
            add(kinds, accepted.path("listKind"));
        }
    }

    private static void add(Set<String> names, JsonNode name) {
        if (!name.asText("").isEmpty()) {
            names.add(name.asText());
        }
    }

    /** Brings the status of a definition up to date; what is right already is left alone. */
    void settle(ObjectNode definition) {
        ObjectNode status = Trees.child(definition, "status");
        JsonNode wanted = definition.path("spec").path("names");
        ObjectNode accepted = Trees.child(status, "acceptedNames").deepCopy();
        List<String[]> problems = new ArrayList<>();
        take(wanted, accepted, "plural", "PluralConflict", resources, problems);
        take(wanted, accepted, "singular", "SingularConflict", resources, problems);
        takeShortNames(wanted, accepted, problems);
        take(wanted, accepted, "kind", "KindConflict", kinds, problems);
        take(wanted, accepted, "listKind", "ListKindConflict", kinds, problems);
        Trees.restore(accepted, (ObjectNode) wanted, "categories");
        boolean taken = problems.isEmpty();
        if (taken) {
            condition(definition, "NamesAccepted", "True", "NoConflicts", "no conflicts found", now);
        } else {
            // As several are told in one condition, the last one stands.
            String[] last = problems.getLast();
            condition(definition, "NamesAccepted", "False", last[0], last[1], now);
        }
        boolean established = Definition.isTrue(status, "Established");
        if (!established) {
            condition(
                    definition,
                    "Established",
                    taken ? "True" : "False",
                    taken ? "InitialNamesAccepted" : "NotAccepted",
                    taken ? "the initial names have been accepted" : "not all names are accepted",
                    now);
        }
        approval(definition);
        status.set("acceptedNames", accepted);
        if (!status.has("storedVersions")) {
            ArrayNode stored = status.putArray("storedVersions");
            definition.path("spec").path("versions").forEach(version -> {
                if (version.path("storage").asBoolean(false)) {
                    stored.add(version.path("name").asText());
                }
            });
        }
    }

    private static void take(
            JsonNode wanted,
            ObjectNode accepted,
            String field,
            String reason,
            Set<String> taken,
            List<String[]> problems) {
        String name = wanted.path(field).asText("");
        if (!name.equals(accepted.path(field).asText("")) && taken.contains(name)) {
            problems.add(new String[] {reason, Quoting.quote(name) + " is already in use"});
        } else {
            Trees.restore(accepted, (ObjectNode) wanted, field);
        }
    }

    private void takeShortNames(JsonNode wanted, ObjectNode accepted, List<String[]> problems) {
        List<String> had = Definition.texts(accepted.path("shortNames"));
        List<String> refused = Definition.texts(wanted.path("shortNames")).stream()
                .filter(name -> !had.contains(name) && resources.contains(name))
                .map(name -> Quoting.quote(name) + " is already in use")
                .toList();
        if (refused.isEmpty()) {
            Trees.restore(accepted, (ObjectNode) wanted, "shortNames");
        } else {
            String told = refused.size() == 1 ? refused.getFirst() : "[" + String.join(", ", refused) + "]";
            problems.add(new String[] {"ShortNamesConflict", told});
        }
    }

    /** Groups of Kubernetes itself say whether someone has approved of them. */
    private void approval(ObjectNode definition) {
        String group = definition.path("spec").path("group").asText();
        if (!group.endsWith(".k8s.io") && !group.endsWith(".kubernetes.io")) {
            return;
        }
        String annotation = definition
                .path("metadata")
                .path("annotations")
                .path("api-approved.kubernetes.io")
                .asText("");
        boolean unapproved = annotation.startsWith("unapproved");
        condition(
                definition,
                "KubernetesAPIApprovalPolicyConformant",
                annotation.isEmpty() || unapproved ? "False" : "True",
                annotation.isEmpty() ? "MissingAnnotation" : unapproved ? "UnapprovedAnnotation" : "ApprovedAnnotation",
                annotation.isEmpty()
                        ? "protected groups must have approval annotation \"api-approved.kubernetes.io\", see"
                                + " https://github.com/kubernetes/enhancements/pull/1111"
                        : unapproved ? "not approved: \"" + annotation + "\"" : "approved in " + annotation,
                now);
    }

    /** Sets a condition; when it last changed its status is remembered. */
    static void condition(
            ObjectNode definition, String type, String status, String reason, String message, Instant now) {
        ObjectNode parent = Trees.child(definition, "status");
        ArrayNode conditions =
                parent.get("conditions") instanceof ArrayNode present ? present : parent.putArray("conditions");
        ObjectNode condition = null;
        for (JsonNode each : conditions) {
            if (each.path("type").asText().equals(type)) {
                condition = (ObjectNode) each;
            }
        }
        if (condition == null) {
            condition = conditions.addObject();
        }
        if (!condition.path("status").asText().equals(status)) {
            condition.put("lastTransitionTime", Times.format(now));
        }
        condition.put("message", message);
        condition.put("reason", reason);
        condition.put("status", status);
        condition.put("type", type);
    }
}
