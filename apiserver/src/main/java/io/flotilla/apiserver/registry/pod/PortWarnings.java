package io.flotilla.apiserver.registry.pod;

import io.flotilla.apiserver.registry.validation.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Ports of a pod's containers that are declared more than once. */
final class PortWarnings {
    private PortWarnings() {}

    static void give(List<Field> containers, Consumer<String> warn) {
        Map<String, List<Field>> declared = new HashMap<>();
        for (Field container : containers) {
            for (Field port : container.at("ports").items()) {
                if (!port.text("hostIP").isEmpty() && port.number("hostPort") == 0) {
                    warn.accept(port.path() + ": hostIP set without hostPort: " + describe(port));
                }
                List<Field> others = declared.computeIfAbsent(
                        port.number("containerPort") + "/" + port.text("protocol"), _ -> new ArrayList<>());
                others.forEach(other -> compare(port, other, warn));
                others.add(port);
            }
        }
    }

    private static void compare(Field port, Field other, Consumer<String> warn) {
        String address = port.text("hostIP");
        String otherAddress = other.text("hostIP");
        boolean samePort = port.number("hostPort") == other.number("hostPort");
        if (samePort && address.equals(otherAddress)) {
            warn.accept(port.path() + ": duplicate port definition with " + other.path());
        } else if (port.number("hostPort") == 0 || other.number("hostPort") == 0) {
            warn.accept(port.path() + ": overlapping port definition with " + other.path());
        } else if (samePort && address.isEmpty() != otherAddress.isEmpty()) {
            warn.accept(port.path() + ": dangerously ambiguous port definition with " + other.path());
        }
    }

    /** As Kubernetes prints a port. */
    private static String describe(Field port) {
        return "{Name:" + port.text("name") + " HostPort:" + port.number("hostPort") + " ContainerPort:"
                + port.number("containerPort") + " Protocol:" + port.text("protocol") + " HostIP:"
                + port.text("hostIP") + "}";
    }
}
