package io.flotilla.apiserver.table;

import static io.flotilla.apiserver.table.Cells.NONE;
import static io.flotilla.apiserver.table.Cells.UNSET;
import static io.flotilla.apiserver.table.Cells.name;
import static io.flotilla.apiserver.table.Cells.number;
import static io.flotilla.apiserver.table.Cells.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Nodes, namespaces, events, and what configures the cluster. */
final class ClusterCells {
    private static final String ROLE_PREFIX = "node-role.kubernetes.io/";

    private ClusterCells() {}

    static List<Object> node(JsonNode object, Ages ages) {
        JsonNode status = object.path("status");
        JsonNode info = status.path("nodeInfo");
        return List.of(
                name(object),
                nodeStatus(object),
                roles(object),
                ages.age(object),
                text(info, "kubeletVersion"),
                address(status, "InternalIP"),
                address(status, "ExternalIP"),
                text(info, "osImage", Ages.UNKNOWN),
                text(info, "kernelVersion", Ages.UNKNOWN),
                text(info, "containerRuntimeVersion", Ages.UNKNOWN));
    }

    private static String nodeStatus(JsonNode node) {
        String status = "Unknown";
        for (JsonNode condition : node.path("status").path("conditions")) {
            if (text(condition, "type").equals("Ready")) {
                status = text(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return node.path("spec").path("unschedulable").asBoolean() ? status + ",SchedulingDisabled" : status;
    }

    private static String roles(JsonNode node) {
        TreeSet<String> roles = new TreeSet<>();
        for (Map.Entry<String, JsonNode> label :
                node.path("metadata").path("labels").properties()) {
            if (label.getKey().startsWith(ROLE_PREFIX) && label.getKey().length() > ROLE_PREFIX.length()) {
                roles.add(label.getKey().substring(ROLE_PREFIX.length()));
            } else if (label.getKey().equals("kubernetes.io/role")
                    && !label.getValue().asText().isEmpty()) {
                roles.add(label.getValue().asText());
            }
        }
        return roles.isEmpty() ? NONE : String.join(",", roles);
    }

    private static String address(JsonNode status, String type) {
        for (JsonNode address : status.path("addresses")) {
            if (text(address, "type").equals(type)) {
                return text(address, "address");
            }
        }
        return NONE;
    }

    static List<Object> namespace(JsonNode object, Ages ages) {
        return List.of(name(object), text(object.path("status"), "phase"), ages.age(object));
    }

    static List<Object> configMap(JsonNode object, Ages ages) {
        long entries =
                (long) object.path("data").size() + object.path("binaryData").size();
        return List.of(name(object), entries, ages.age(object));
    }

    static List<Object> secret(JsonNode object, Ages ages) {
        return List.of(
                name(object), text(object, "type"), (long) object.path("data").size(), ages.age(object));
    }

    static List<Object> lease(JsonNode object, Ages ages) {
        return List.of(name(object), text(object.path("spec"), "holderIdentity"), ages.age(object));
    }

    /** Events of both groups: events.k8s.io calls the same fields by other names. */
    static List<Object> event(JsonNode object, Ages ages) {
        boolean core = object.has("involvedObject");
        JsonNode involved = object.path(core ? "involvedObject" : "regarding");
        JsonNode first = object.path(core ? "firstTimestamp" : "deprecatedFirstTimestamp");
        JsonNode last = object.path(core ? "lastTimestamp" : "deprecatedLastTimestamp");
        JsonNode source = object.path(core ? "source" : "deprecatedSource");
        long count = number(object, core ? "count" : "deprecatedCount");
        String firstSeen = ages.since(first.isTextual() ? first : object.path("eventTime"));
        String lastSeen = last.isTextual() ? ages.since(last) : firstSeen;
        JsonNode series = object.path("series");
        if (series.isObject()) {
            lastSeen = ages.since(series.path("lastObservedTime"));
            count = number(series, "count");
        } else if (count == 0) {
            count = 1;
        }
        String kind = text(involved, "kind").toLowerCase(Locale.ROOT);
        String target = text(involved, "name").isEmpty() ? kind : kind + "/" + text(involved, "name");
        String component = text(source, "component", text(object, core ? "reportingComponent" : "reportingController"));
        String host = text(source, "host", text(object, "reportingInstance"));
        return List.of(
                lastSeen,
                text(object, "type"),
                text(object, "reason"),
                target,
                text(involved, "fieldPath"),
                host.isEmpty() ? component : component + ", " + host,
                text(object, core ? "message" : "note").strip(),
                firstSeen,
                count,
                name(object));
    }

    static List<Object> resourceQuota(JsonNode object, Ages ages) {
        JsonNode status = object.path("status");
        List<String> requests = new ArrayList<>();
        List<String> limits = new ArrayList<>();
        Map<String, JsonNode> hard = new TreeMap<>();
        status.path("hard").properties().forEach(entry -> hard.put(entry.getKey(), entry.getValue()));
        hard.forEach((resource, amount) -> (resource.startsWith("limits") ? limits : requests)
                .add(resource + ": " + text(status.path("used"), resource, "0") + "/" + amount.asText()));
        return List.of(name(object), String.join(", ", requests), String.join(", ", limits), ages.age(object));
    }

    static List<Object> binding(JsonNode object, Ages ages) {
        JsonNode role = object.path("roleRef");
        List<String> users = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        List<String> accounts = new ArrayList<>();
        for (JsonNode subject : object.path("subjects")) {
            switch (text(subject, "kind")) {
                case "User" -> users.add(text(subject, "name"));
                case "Group" -> groups.add(text(subject, "name"));
                case "ServiceAccount" -> accounts.add(text(subject, "namespace") + "/" + text(subject, "name"));
                default -> {}
            }
        }
        return List.of(
                name(object),
                text(role, "kind") + "/" + text(role, "name"),
                ages.age(object),
                String.join(", ", users),
                String.join(", ", groups),
                String.join(", ", accounts));
    }

    static List<Object> priorityClass(JsonNode object, Ages ages) {
        return List.of(
                name(object),
                number(object, "value"),
                object.path("globalDefault").asBoolean(),
                ages.age(object),
                text(object, "preemptionPolicy"));
    }

    static List<Object> runtimeClass(JsonNode object, Ages ages) {
        return List.of(name(object), text(object, "handler"), ages.age(object));
    }

    static List<Object> certificateSigningRequest(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        List<String> conditions = new ArrayList<>();
        for (JsonNode condition : object.path("status").path("conditions")) {
            conditions.add(text(condition, "type"));
        }
        String state =
                conditions.contains("Denied") ? "Denied" : conditions.contains("Approved") ? "Approved" : "Pending";
        if (conditions.contains("Failed")) {
            state += ",Failed";
        }
        if (!text(object.path("status"), "certificate").isEmpty()) {
            state += ",Issued";
        }
        return List.of(
                name(object),
                ages.age(object),
                text(spec, "signerName", NONE),
                text(spec, "username"),
                spec.hasNonNull("expirationSeconds")
                        ? Ages.human(Duration.ofSeconds(number(spec, "expirationSeconds")))
                        : NONE,
                state);
    }

    static List<Object> apiService(JsonNode object, Ages ages) {
        JsonNode service = object.path("spec").path("service");
        String available = "Unknown";
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (text(condition, "type").equals("Available")) {
                String status = text(condition, "status");
                available = status.equals("True") ? status : status + " (" + text(condition, "reason") + ")";
            }
        }
        return List.of(
                name(object),
                service.isObject() ? text(service, "namespace") + "/" + text(service, "name") : "Local",
                available,
                ages.age(object));
    }

    static List<Object> webhooks(JsonNode object, Ages ages) {
        return List.of(name(object), (long) object.path("webhooks").size(), ages.age(object));
    }

    static List<Object> admissionPolicy(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode kind = spec.path("paramKind");
        return List.of(
                name(object),
                (long) spec.path(spec.has("mutations") ? "mutations" : "validations")
                        .size(),
                kind.isObject() ? text(kind, "apiVersion") + "/" + text(kind, "kind") : UNSET,
                ages.age(object));
    }

    static List<Object> admissionPolicyBinding(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode reference = spec.path("paramRef");
        String namespace = text(reference, "namespace", "*");
        return List.of(
                name(object),
                text(spec, "policyName"),
                !reference.isObject()
                        ? UNSET
                        : text(reference, "name").isEmpty()
                                ? namespace + "/" + Cells.selector(reference.path("selector"))
                                : namespace + "/" + text(reference, "name"),
                ages.age(object));
    }

    static List<Object> flowSchema(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        String dangling = "?";
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (text(condition, "type").equals("Dangling")) {
                dangling = text(condition, "status");
            }
        }
        return List.of(
                name(object),
                text(spec.path("priorityLevelConfiguration"), "name"),
                number(spec, "matchingPrecedence"),
                text(spec.path("distinguisherMethod"), "type", NONE),
                ages.age(object),
                dangling);
    }

    static List<Object> priorityLevel(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        JsonNode limited = spec.path(spec.has("limited") ? "limited" : "exempt");
        JsonNode queuing = limited.path("limitResponse").path("queuing");
        return List.of(
                name(object),
                text(spec, "type"),
                text(limited, "nominalConcurrencyShares", NONE),
                text(queuing, "queues", NONE),
                text(queuing, "handSize", NONE),
                text(queuing, "queueLengthLimit", NONE),
                ages.age(object));
    }

    static List<Object> resourceClaim(JsonNode object, Ages ages) {
        List<String> states = new ArrayList<>();
        JsonNode status = object.path("status");
        if (Cells.deleting(object)) {
            states.add("deleted");
        }
        if (!status.path("allocation").isObject()) {
            if (!Cells.deleting(object)) {
                states.add("pending");
            }
        } else {
            states.add("allocated");
            if (!status.path("reservedFor").isEmpty()) {
                states.add("reserved");
            }
        }
        return List.of(name(object), String.join(",", states), ages.age(object));
    }

    static List<Object> resourceSlice(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        return List.of(
                name(object),
                text(spec, "nodeName", UNSET),
                text(spec, "driver"),
                text(spec.path("pool"), "name"),
                ages.age(object));
    }

    static List<Object> componentStatus(JsonNode object, Ages ages) {
        String status = "Unknown";
        String message = "";
        String error = "";
        for (JsonNode condition : object.path("conditions")) {
            if (text(condition, "type").equals("Healthy")) {
                status = text(condition, "status").equals("True") ? "Healthy" : "Unhealthy";
                message = text(condition, "message");
                error = text(condition, "error");
            }
        }
        return List.of(name(object), status, message, error);
    }
}
