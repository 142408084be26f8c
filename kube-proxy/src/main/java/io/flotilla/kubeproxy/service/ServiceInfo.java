package io.flotilla.kubeproxy.service;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.flotilla.machinery.object.SlimObject;
import io.flotilla.machinery.scheme.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Service as a proxy reads it. Immutable. */
@JsonDeserialize(using = ServiceInfo.Reader.class)
public final class ServiceInfo extends SlimObject {
    public static final ResourceType<ServiceInfo> TYPE =
            new ResourceType<>("", "v1", "services", "Service", true, ServiceInfo.class);

    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_AFFINITY_SECONDS = 10800;

    /**
     * A port of the service.
     *
     * @param name empty for the only port
     * @param nodePort 0 for none
     */
    public record Port(String name, Protocol protocol, int port, int nodePort) {}

    private final String clusterIp;
    private final transient List<Port> ports;
    private final transient Duration affinity;
    private final boolean internalLocal;
    private final boolean externalLocal;

    static final class Reader extends JsonDeserializer<ServiceInfo> {
        @Override
        public ServiceInfo deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return new ServiceInfo(context.readValue(parser, ServiceDocument.class));
        }
    }

    private ServiceInfo(ServiceDocument document) {
        ServiceDocument.Metadata meta = document.metadata();
        ServiceDocument.Spec spec = document.spec();
        super(meta.namespace(), meta.name(), meta.uid(), meta.resourceVersion());
        boolean proxied = spec != null
                && spec.clusterIP() != null
                && !spec.clusterIP().isEmpty()
                && !spec.clusterIP().equals("None")
                && !"ExternalName".equals(spec.type());
        clusterIp = proxied && spec != null && spec.clusterIP() != null ? spec.clusterIP() : "";
        ports = spec == null ? List.of() : ports(spec.ports());
        affinity = spec == null ? Duration.ZERO : affinity(spec);
        internalLocal = spec != null && "Local".equals(spec.internalTrafficPolicy());
        externalLocal = spec != null && "Local".equals(spec.externalTrafficPolicy());
    }

    private static List<Port> ports(@Nullable List<ServiceDocument.Port> ports) {
        List<Port> all = new ArrayList<>();
        if (ports != null) {
            for (ServiceDocument.Port port : ports) {
                String protocol = port.protocol() == null ? "TCP" : port.protocol();
                if (protocol.equals("TCP") || protocol.equals("UDP")) {
                    all.add(new Port(
                            port.name() == null ? "" : port.name(),
                            Protocol.valueOf(protocol),
                            port.port(),
                            port.nodePort() == null ? 0 : port.nodePort()));
                }
            }
        }
        return List.copyOf(all);
    }

    private static Duration affinity(ServiceDocument.Spec spec) {
        if (!"ClientIP".equals(spec.sessionAffinity())) {
            return Duration.ZERO;
        }
        ServiceDocument.AffinityConfig config = spec.sessionAffinityConfig();
        Integer seconds = config == null || config.clientIP() == null
                ? null
                : config.clientIP().timeoutSeconds();
        return Duration.ofSeconds(seconds == null ? DEFAULT_AFFINITY_SECONDS : seconds);
    }

    /** Returns the cluster IP, empty for services that are not proxied: headless ones and external names. */
    public String clusterIp() {
        return clusterIp;
    }

    public List<Port> ports() {
        return ports;
    }

    /** Returns how long a client stays with its endpoint after its last connection, zero for no affinity. */
    public Duration affinity() {
        return affinity;
    }

    /** Says whether connections to the cluster IP go to endpoints of this node only. */
    public boolean internalLocal() {
        return internalLocal;
    }

    /** Says whether connections to a node port go to endpoints of this node only. */
    public boolean externalLocal() {
        return externalLocal;
    }

    @Override
    protected ResourceType<?> type() {
        return TYPE;
    }
}
