package io.flotilla.kubelet.env;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.flotilla.machinery.informer.Lister;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Variables that name services, in the forms {@code X_SERVICE_HOST} and Docker's links. */
final class ServiceVariables {
    private static final String MASTER = "kubernetes";

    private ServiceVariables() {}

    static Map<String, String> of(Pod pod, Lister<Service> services) {
        Map<String, String> variables = new TreeMap<>();
        services.list("default").stream()
                .filter(service -> service.getMetadata().getName().equals(MASTER))
                .forEach(service -> add(service, variables));
        if (!Boolean.FALSE.equals(pod.getSpec().getEnableServiceLinks())) {
            List<Service> own = services.list(pod.getMetadata().getNamespace()).stream()
                    .sorted(Comparator.comparing(
                            service -> service.getMetadata().getName()))
                    .toList();
            own.forEach(service -> add(service, variables));
        }
        return variables;
    }

    private static void add(Service service, Map<String, String> variables) {
        String ip = service.getSpec().getClusterIP();
        if (ip == null
                || ip.isEmpty()
                || ip.equals("None")
                || service.getSpec().getPorts().isEmpty()) {
            return;
        }
        String prefix = name(service.getMetadata().getName());
        List<ServicePort> ports = service.getSpec().getPorts();
        variables.put(prefix + "_SERVICE_HOST", ip);
        variables.put(
                prefix + "_SERVICE_PORT", Integer.toString(ports.getFirst().getPort()));
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            String number = Integer.toString(port.getPort());
            String protocol = port.getProtocol() == null ? "TCP" : port.getProtocol();
            String url = protocol.toLowerCase(Locale.ROOT) + "://" + ip + ":" + number;
            if (port.getName() != null && !port.getName().isEmpty()) {
                variables.put(prefix + "_SERVICE_PORT_" + name(port.getName()), number);
            }
            if (i == 0) {
                variables.put(prefix + "_PORT", url);
            }
            String link = prefix + "_PORT_" + number + "_" + protocol.toUpperCase(Locale.ROOT);
            variables.put(link, url);
            variables.put(link + "_PROTO", protocol.toLowerCase(Locale.ROOT));
            variables.put(link + "_PORT", number);
            variables.put(link + "_ADDR", ip);
        }
    }

    private static String name(String name) {
        return name.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
