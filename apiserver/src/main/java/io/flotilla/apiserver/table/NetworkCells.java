package io.flotilla.apiserver.table;

import static io.flotilla.apiserver.table.Cells.NONE;
import static io.flotilla.apiserver.table.Cells.UNSET;
import static io.flotilla.apiserver.table.Cells.name;
import static io.flotilla.apiserver.table.Cells.text;
import static io.flotilla.apiserver.table.Cells.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Kinds that tell where to reach pods. */
final class NetworkCells {
    private NetworkCells() {}

    static List<Object> service(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        return List.of(
                name(object),
                text(spec, "type"),
                element(spec.path("clusterIPs"), text(spec, "clusterIP", NONE)),
                externalAddress(object),
                ports(spec.path("ports")),
                ages.age(object),
                Cells.labels(spec.path("selector")));
    }

    private static String element(JsonNode list, String absent) {
        String text = list.path(0).asText("");
        return text.isEmpty() ? absent : text;
    }

    private static String externalAddress(JsonNode service) {
        JsonNode spec = service.path("spec");
        List<String> addresses = texts(spec.path("externalIPs"), "");
        return switch (text(spec, "type")) {
            case "ClusterIP", "NodePort" -> addresses.isEmpty() ? NONE : String.join(",", addresses);
            case "LoadBalancer" -> {
                List<String> all = new ArrayList<>(loadBalancer(service));
                all.addAll(addresses);
                yield all.isEmpty() ? "<pending>" : String.join(",", all);
            }
            case "ExternalName" -> text(spec, "externalName");
            default -> Ages.UNKNOWN;
        };
    }

    private static List<String> loadBalancer(JsonNode object) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode ingress : object.path("status").path("loadBalancer").path("ingress")) {
            addresses.add(Cells.text(ingress, "ip", Cells.text(ingress, "hostname")));
        }
        return addresses;
    }

    private static String ports(JsonNode ports) {
        List<String> texts = new ArrayList<>();
        for (JsonNode port : ports) {
            String nodePort = Cells.number(port, "nodePort") > 0 ? ":" + text(port, "nodePort") : "";
            texts.add(text(port, "port") + nodePort + "/" + text(port, "protocol"));
        }
        return texts.isEmpty() ? NONE : String.join(",", texts);
    }

    static List<Object> endpoints(JsonNode object, Ages ages) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : object.path("subsets")) {
            if (subset.path("ports").isEmpty()) {
                all.addAll(texts(subset.path("addresses"), "ip"));
            }
            for (JsonNode port : subset.path("ports")) {
                for (String address : texts(subset.path("addresses"), "ip")) {
                    all.add((address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + text(port, "port"));
                }
            }
        }
        String none = object.path("subsets").isEmpty() ? NONE : "";
        return List.of(name(object), Cells.some(all, none), ages.age(object));
    }

    static List<Object> endpointSlice(JsonNode object, Ages ages) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : object.path("ports")) {
            ports.add(text(port, "port", text(port, "name", "*")));
        }
        List<String> addresses = new ArrayList<>();
        object.path("endpoints").forEach(endpoint -> addresses.addAll(texts(endpoint.path("addresses"), "")));
        return List.of(
                name(object),
                text(object, "addressType"),
                Cells.some(ports, UNSET),
                Cells.some(addresses, UNSET),
                ages.age(object));
    }

    static List<Object> ingress(JsonNode object, Ages ages) {
        JsonNode spec = object.path("spec");
        List<String> hosts = new ArrayList<>();
        spec.path("rules").forEach(rule -> hosts.add(text(rule, "host", "*")));
        return List.of(
                name(object),
                text(spec, "ingressClassName", NONE),
                Cells.some(hosts, "*"),
                String.join(",", loadBalancer(object)),
                spec.path("tls").isEmpty() ? "80" : "80, 443",
                ages.age(object));
    }

    static List<Object> ingressClass(JsonNode object, Ages ages) {
        JsonNode parameters = object.path("spec").path("parameters");
        String group = text(parameters, "apiGroup");
        return List.of(
                name(object),
                text(object.path("spec"), "controller"),
                parameters.isObject()
                        ? text(parameters, "kind") + (group.isEmpty() ? "" : "." + group) + "/"
                                + text(parameters, "name")
                        : NONE,
                ages.age(object));
    }

    static List<Object> networkPolicy(JsonNode object, Ages ages) {
        return List.of(name(object), Cells.selector(object.path("spec").path("podSelector")), ages.age(object));
    }

    static List<Object> ipAddress(JsonNode object, Ages ages) {
        JsonNode parent = object.path("spec").path("parentRef");
        String group = text(parent, "group");
        String namespace = text(parent, "namespace");
        return List.of(
                name(object),
                parent.isObject()
                        ? text(parent, "resource") + (group.isEmpty() ? "" : "." + group) + "/"
                                + (namespace.isEmpty() ? "" : namespace + "/") + text(parent, "name")
                        : NONE);
    }

    static List<Object> serviceCidr(JsonNode object, Ages ages) {
        return List.of(name(object), Cells.joined(object.path("spec").path("cidrs"), ""), ages.age(object));
    }
}
