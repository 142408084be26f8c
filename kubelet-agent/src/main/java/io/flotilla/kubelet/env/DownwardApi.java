package io.flotilla.kubelet.env;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import io.flotilla.kubelet.pod.PodSpecs;
import io.flotilla.kubelet.reference.ReferenceException;
import io.flotilla.machinery.object.Quantities;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values of {@code fieldRef} and {@code resourceFieldRef}. */
public final class DownwardApi {
    private static final Pattern SUBSCRIPT = Pattern.compile("metadata\\.(labels|annotations)\\['(.*)'\\]");

    private final String nodeIp;
    private final Map<String, Quantity> allocatable;

    /**
     * Makes the values of one node.
     *
     * @param allocatable what a container without limits may take at most
     */
    public DownwardApi(String nodeIp, Map<String, Quantity> allocatable) {
        this.nodeIp = nodeIp;
        this.allocatable = allocatable;
    }

    /** Returns the value of a field, empty where the pod has none. */
    public String field(Pod pod, String path, List<String> podIps) throws ReferenceException {
        Matcher subscript = SUBSCRIPT.matcher(path);
        if (subscript.matches()) {
            Map<String, String> map = subscript.group(1).equals("labels")
                    ? pod.getMetadata().getLabels()
                    : pod.getMetadata().getAnnotations();
            return text(map == null ? null : map.get(subscript.group(2)));
        }
        return switch (path) {
            case "metadata.name" -> text(pod.getMetadata().getName());
            case "metadata.namespace" -> text(pod.getMetadata().getNamespace());
            case "metadata.uid" -> PodSpecs.uid(pod);
            case "metadata.labels" -> lines(pod.getMetadata().getLabels());
            case "metadata.annotations" -> lines(pod.getMetadata().getAnnotations());
            case "spec.nodeName" -> text(pod.getSpec().getNodeName());
            case "spec.serviceAccountName" -> text(pod.getSpec().getServiceAccountName());
            case "status.hostIP", "status.hostIPs" -> nodeIp;
            case "status.podIP" -> podIps.isEmpty() ? "" : podIps.getFirst();
            case "status.podIPs" -> String.join(",", podIps);
            default -> throw new ReferenceException("unsupported fieldPath: " + path);
        };
    }

    /** Returns the value of a container's resource, in units of the divisor, rounded up. */
    public String resource(Pod pod, ResourceFieldSelector selector, @Nullable Container self)
            throws ReferenceException {
        Container container = self;
        if (selector.getContainerName() != null && !selector.getContainerName().isEmpty()) {
            container = PodSpecs.container(pod, selector.getContainerName())
                    .orElseThrow(
                            () -> new ReferenceException("container " + selector.getContainerName() + " not found"));
        }
        String[] path = selector.getResource().split("\\.", 2);
        if (container == null || path.length != 2) {
            throw new ReferenceException("unsupported container resource : " + selector.getResource());
        }
        Quantity quantity = find(container, path[0], path[1]);
        BigDecimal value = quantity == null ? BigDecimal.ZERO : Quantities.parse(text(quantity));
        BigDecimal divisor =
                selector.getDivisor() == null || text(selector.getDivisor()).equals("0")
                        ? BigDecimal.ONE
                        : Quantities.parse(text(selector.getDivisor()));
        return value.divide(divisor, 0, RoundingMode.CEILING).toPlainString();
    }

    private @Nullable Quantity find(Container container, String list, String name) {
        if (container.getResources() != null) {
            Map<String, Quantity> own = list.equals("limits")
                    ? container.getResources().getLimits()
                    : container.getResources().getRequests();
            if (own != null && own.get(name) != null) {
                return own.get(name);
            }
        }
        return list.equals("limits") ? allocatable.get(name) : null;
    }

    private static String text(Quantity quantity) {
        return quantity.getFormat() == null ? quantity.getAmount() : quantity.getAmount() + quantity.getFormat();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static String lines(@Nullable Map<String, String> map) {
        StringBuilder lines = new StringBuilder();
        if (map != null) {
            new TreeMap<>(map)
                    .forEach((key, value) -> lines.append(lines.isEmpty() ? "" : "\n")
                            .append(key)
                            .append('=')
                            .append(quoted(value)));
        }
        return lines.toString();
    }

    private static String quoted(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
