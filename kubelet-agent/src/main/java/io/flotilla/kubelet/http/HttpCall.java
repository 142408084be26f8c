package io.flotilla.kubelet.http;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A GET request.
 *
 * @param path with the query, from the first slash
 * @param headers replace the defaults of the same name
 */
public record HttpCall(boolean tls, String host, int port, String path, Map<String, String> headers) {

    /**
     * Reads the action of a probe or hook.
     *
     * @param podIp address where the action names none
     * @throws IllegalArgumentException where the port is a name that the container does not have
     */
    public static HttpCall of(HTTPGetAction action, Container container, String podIp, String userAgent) {
        String host = action.getHost() == null || action.getHost().isEmpty() ? podIp : action.getHost();
        String path = action.getPath() == null || action.getPath().isEmpty() ? "/" : action.getPath();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("user-agent", userAgent);
        headers.put("accept", "*/*");
        for (HTTPHeader header : action.getHttpHeaders()) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            if (header.getValue() == null || header.getValue().isEmpty()) {
                headers.remove(name);
            } else {
                headers.put(name, header.getValue());
            }
        }
        return new HttpCall(
                "HTTPS".equalsIgnoreCase(action.getScheme()),
                host,
                port(action.getPort(), container),
                path.startsWith("/") ? path : "/" + path,
                headers);
    }

    /** Returns the number of a port given as number or name. */
    public static int port(IntOrString port, Container container) {
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        for (ContainerPort candidate : container.getPorts()) {
            if (port.getStrVal().equals(candidate.getName())) {
                return candidate.getContainerPort();
            }
        }
        try {
            return Integer.parseInt(port.getStrVal());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("strconv.Atoi: parsing \"" + port.getStrVal() + "\": invalid syntax", e);
        }
    }

    public String url() {
        return (tls ? "https" : "http") + "://" + authority() + path;
    }

    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
