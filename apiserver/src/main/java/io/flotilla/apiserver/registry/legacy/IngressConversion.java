package io.flotilla.apiserver.registry.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.Conversion;
import io.flotilla.apiserver.registry.validation.Trees;
import java.util.function.Consumer;

/** Ingresses of extensions/v1beta1 and networking.k8s.io/v1beta1, whose backends name service and port side by side. */
public final class IngressConversion implements Conversion {

    @Override
    public void toStorage(ObjectNode object, String fromVersion) {
        ObjectNode spec = Trees.child(object, "spec");
        rename(spec, "backend", "defaultBackend");
        if (spec.get("defaultBackend") instanceof ObjectNode backend) {
            nest(backend);
        }
        forEachPath(spec, path -> {
            Trees.putDefault(path, "pathType", "ImplementationSpecific");
            if (path.get("backend") instanceof ObjectNode backend) {
                nest(backend);
            }
        });
    }

    @Override
    public void fromStorage(ObjectNode object, String toVersion) {
        ObjectNode spec = Trees.child(object, "spec");
        rename(spec, "defaultBackend", "backend");
        if (spec.get("backend") instanceof ObjectNode backend) {
            flatten(backend);
        }
        forEachPath(spec, path -> {
            if (path.get("backend") instanceof ObjectNode backend) {
                flatten(backend);
            }
        });
    }

    private static void rename(ObjectNode object, String from, String to) {
        JsonNode value = object.remove(from);
        if (value != null) {
            object.set(to, value);
        }
    }

    private static void forEachPath(ObjectNode spec, Consumer<ObjectNode> action) {
        for (JsonNode rule : spec.path("rules")) {
            for (JsonNode path : rule.path("http").path("paths")) {
                action.accept((ObjectNode) path);
            }
        }
    }

    private static void nest(ObjectNode backend) {
        JsonNode name = backend.remove("serviceName");
        JsonNode port = backend.remove("servicePort");
        boolean named = name != null && !name.asText().isEmpty();
        boolean byName = port != null && port.isTextual();
        boolean byNumber = port != null && port.asInt() != 0;
        if (!named && !byName && !byNumber) {
            return;
        }
        ObjectNode service = backend.putObject("service").put("name", name == null ? "" : name.asText());
        ObjectNode to = service.putObject("port");
        if (byName) {
            to.put("name", port.asText());
        } else if (byNumber) {
            to.put("number", port.asInt());
        }
    }

    private static void flatten(ObjectNode backend) {
        JsonNode service = backend.remove("service");
        if (service == null) {
            backend.put("servicePort", 0);
            return;
        }
        String portName = service.path("port").path("name").asText("");
        backend.put("serviceName", service.path("name").asText(""));
        if (portName.isEmpty()) {
            backend.put("servicePort", service.path("port").path("number").asInt());
        } else {
            backend.put("servicePort", portName);
        }
    }
}
