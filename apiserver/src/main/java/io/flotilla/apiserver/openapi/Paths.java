package io.flotilla.apiserver.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.schema.ResourceInfo;
import io.flotilla.apiserver.schema.Schema;
import io.flotilla.apiserver.schema.StructType;
import io.flotilla.apiserver.schema.SubresourceInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations of resources: what kubectl reads to learn kinds, actions and query parameters. */
final class Paths {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> PATCHES = List.of(
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/apply-patch+yaml",
            "application/apply-patch+cbor");
    private static final List<String> LIST = List.of(
            "allowWatchBookmarks:boolean",
            "continue:string",
            "fieldSelector:string",
            "labelSelector:string",
            "limit:integer",
            "resourceVersion:string",
            "resourceVersionMatch:string",
            "sendInitialEvents:boolean",
            "timeoutSeconds:integer",
            "watch:boolean");
    private static final List<String> WRITE = List.of("dryRun:string", "fieldManager:string", "fieldValidation:string");
    private static final List<String> PATCH =
            List.of("dryRun:string", "fieldManager:string", "fieldValidation:string", "force:boolean");
    private static final List<String> DELETE = List.of(
            "dryRun:string",
            "gracePeriodSeconds:integer",
            "ignoreStoreReadErrorWithClusterBreakingPotential:boolean",
            "orphanDependents:boolean",
            "propagationPolicy:string");

    private final Definitions.Form form;
    private final Definitions definitions;
    private final Schema schema;
    private final ObjectNode paths = NODES.objectNode();

    Paths(Definitions.Form form, Definitions definitions, Schema schema) {
        this.form = form;
        this.definitions = definitions;
        this.schema = schema;
    }

    ObjectNode tree() {
        return paths;
    }

    void add(ResourceInfo resource) {
        String base =
                (resource.group().isEmpty() ? "/api/" : "/apis/" + resource.group() + "/") + resource.version() + "/";
        StructType type = schema.type(resource);
        StructType list = schema.listType(resource).orElse(type);
        String scoped = resource.namespaced() ? base + "namespaces/{namespace}/" : base;
        Set<String> verbs = resource.verbs();
        Target target = new Target(resource, "", resource.group(), resource.version(), resource.kind(), type);
        if (resource.namespaced() && verbs.contains("list")) {
            ObjectNode all = item(base + resource.resource(), List.of());
            operation(all, "get", "list", target, LIST, list, true);
        }
        ObjectNode collection =
                item(scoped + resource.resource(), resource.namespaced() ? List.of("namespace") : List.of());
        add(collection, verbs, "list", "get", "list", target, LIST, list);
        add(collection, verbs, "create", "post", "post", target, WRITE, type);
        add(collection, verbs, "deletecollection", "delete", "deletecollection", target, DELETE, status());
        String name = scoped + resource.resource() + "/{name}";
        List<String> parameters = resource.namespaced() ? List.of("name", "namespace") : List.of("name");
        if (verbs.contains("get")) {
            ObjectNode item = item(name, parameters);
            add(item, verbs, "get", "get", "get", target, List.of(), type);
            add(item, verbs, "update", "put", "put", target, WRITE, type);
            add(item, verbs, "patch", "patch", "patch", target, PATCH, type);
            add(item, verbs, "delete", "delete", "delete", target, DELETE, status());
        }
        for (SubresourceInfo subresource : schema.subresources(resource).values()) {
            ObjectNode item = item(name + "/" + subresource.name(), parameters);
            Target sub = new Target(
                    resource,
                    subresource.name(),
                    subresource.group(),
                    subresource.version(),
                    subresource.kind(),
                    subresource.type());
            boolean connects = subresource.verbs().contains("connect");
            for (Map.Entry<String, String> method : METHODS.entrySet()) {
                if (subresource.verbs().contains(method.getKey())) {
                    String action = connects ? "connect" : method.getValue();
                    List<String> query = connects
                            ? List.of()
                            : switch (method.getKey()) {
                                case "create", "update" -> WRITE;
                                case "patch" -> PATCH;
                                default -> List.of();
                            };
                    operation(item, method.getValue(), action, sub, query, connects ? null : subresource.type(), false);
                }
            }
        }
        if (collection.size() <= 1) {
            paths.remove(scoped + resource.resource());
        }
    }

    private static final Map<String, String> METHODS =
            Map.of("get", "get", "update", "put", "patch", "patch", "create", "post", "delete", "delete");

    /** What an operation acts on. */
    private record Target(
            ResourceInfo resource, String subresource, String group, String version, String kind, StructType type) {}

    private StructType status() {
        return schema.kind("v1", "Status").orElseThrow();
    }

    private ObjectNode item(String path, List<String> parameters) {
        ObjectNode item = paths.putObject(path);
        ArrayNode array = item.putArray("parameters");
        parameters.forEach(name -> array.add(parameter(name, "path", "string", true)));
        array.add(parameter("pretty", "query", "string", false));
        return item;
    }

    private void add(
            ObjectNode item,
            Set<String> verbs,
            String verb,
            String method,
            String action,
            Target target,
            List<String> query,
            StructType answer) {
        if (verbs.contains(verb)) {
            operation(item, method, action, target, query, answer, false);
        }
    }

    private void operation(
            ObjectNode item,
            String method,
            String action,
            Target target,
            List<String> query,
            @Nullable StructType answer,
            boolean allNamespaces) {
        ObjectNode operation = item.putObject(method);
        operation.putArray("tags").add(Names.tag(target.resource));
        String verb = switch (action) {
            case "post" -> "create";
            case "put" -> "replace";
            case "get" -> "read";
            case "deletecollection" -> "deleteCollection";
            case "connect" -> "connect" + Names.capital(method);
            default -> action;
        };
        operation.put(
                "operationId",
                Names.operation(verb, target.resource, Names.capital(target.subresource), allNamespaces));
        ArrayNode parameters = NODES.arrayNode();
        query.forEach(each -> parameters.add(parameter(
                each.substring(0, each.indexOf(':')), "query", each.substring(each.indexOf(':') + 1), false)));
        boolean patch = method.equals("patch");
        boolean body = answer != null && (patch || method.equals("post") || method.equals("put"));
        ObjectNode bodySchema = !body ? null : patch ? definitions.patch() : definitions.reference(target.type);
        if (bodySchema != null && form == Definitions.Form.V2) {
            ObjectNode parameter =
                    parameters.addObject().put("name", "body").put("in", "body").put("required", true);
            parameter.set("schema", bodySchema);
            if (patch) {
                ArrayNode consumes = operation.putArray("consumes");
                patches(target).forEach(consumes::add);
            }
        }
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        if (bodySchema != null && form == Definitions.Form.V3) {
            ObjectNode content =
                    operation.putObject("requestBody").put("required", true).putObject("content");
            for (String media : patch ? patches(target) : List.of("*/*")) {
                content.putObject(media).set("schema", bodySchema.deepCopy());
            }
        }
        responses(operation, answer, method);
        operation.put("x-kubernetes-action", action);
        ObjectNode kind = operation.putObject("x-kubernetes-group-version-kind");
        kind.put("group", target.group).put("kind", target.kind).put("version", target.version);
    }

    /** Custom resources have no strategic merge: nothing says how their lists are merged. */
    private static List<String> patches(Target target) {
        return target.type.form() == null
                ? PATCHES
                : PATCHES.stream().filter(each -> !each.contains("strategic")).toList();
    }

    private void responses(ObjectNode operation, @Nullable StructType answer, String method) {
        ObjectNode responses = operation.putObject("responses");
        for (String code : method.equals("post") && answer != null ? List.of("200", "201", "202") : List.of("200")) {
            ObjectNode response = responses.putObject(code).put("description", "OK");
            if (answer == null) {
                continue;
            }
            if (form == Definitions.Form.V2) {
                response.set("schema", definitions.reference(answer));
            } else {
                response.putObject("content")
                        .putObject("application/json")
                        .set("schema", definitions.reference(answer));
            }
        }
        responses.putObject("401").put("description", "Unauthorized");
    }

    private ObjectNode parameter(String name, String in, String type, boolean required) {
        ObjectNode parameter = NODES.objectNode().put("name", name).put("in", in);
        if (required) {
            parameter.put("required", true);
        }
        if (form == Definitions.Form.V2) {
            return parameter.put("type", type).put("uniqueItems", true);
        }
        parameter.putObject("schema").put("type", type).put("uniqueItems", true);
        return parameter;
    }
}
