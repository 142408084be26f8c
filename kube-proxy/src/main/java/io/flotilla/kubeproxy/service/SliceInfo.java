package io.flotilla.kubeproxy.service;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.flotilla.machinery.object.SlimObject;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An EndpointSlice as a proxy reads it. Immutable. */
@JsonDeserialize(using = SliceInfo.Reader.class)
public final class SliceInfo extends SlimObject {
    public static final ResourceType<SliceInfo> TYPE =
            new ResourceType<>("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, SliceInfo.class);

    private static final long serialVersionUID = 1L;
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    /**
     * An endpoint.
     *
     * @param node name of its node, empty where the slice does not say
     * @param ready whether it takes new connections
     * @param lingering whether it terminates but still serves: the last resort where no endpoint is ready
     */
    public record Endpoint(String address, String node, boolean ready, boolean lingering) {}

    /** A port that all endpoints of the slice have. */
    public record Port(String name, Protocol protocol, int port) {}

    private final transient ObjectKey service;
    private final transient List<Endpoint> endpoints;
    private final transient List<Port> ports;

    static final class Reader extends JsonDeserializer<SliceInfo> {
        @Override
        public SliceInfo deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return new SliceInfo(context.readValue(parser, SliceDocument.class));
        }
    }

    private SliceInfo(SliceDocument document) {
        SliceDocument.Metadata meta = document.metadata();
        super(meta.namespace(), meta.name(), meta.uid(), meta.resourceVersion());
        Map<String, String> labels = meta.labels() == null ? Map.of() : meta.labels();
        service =
                new ObjectKey(meta.namespace() == null ? "" : meta.namespace(), labels.getOrDefault(SERVICE_NAME, ""));
        endpoints = endpoints(document);
        ports = ports(document);
    }

    private static List<Endpoint> endpoints(SliceDocument document) {
        List<Endpoint> all = new ArrayList<>();
        if (document.endpoints() == null || !"IPv4".equals(document.addressType())) {
            return List.of();
        }
        for (SliceDocument.Endpoint endpoint : document.endpoints()) {
            if (endpoint.addresses() == null || endpoint.addresses().isEmpty()) {
                continue;
            }
            SliceDocument.Conditions conditions = endpoint.conditions();
            // EndpointConditions: an unset ready or serving means true, an unset terminating false.
            boolean ready = conditions == null || !Boolean.FALSE.equals(conditions.ready());
            boolean lingering = conditions != null
                    && Boolean.TRUE.equals(conditions.terminating())
                    && !Boolean.FALSE.equals(conditions.serving());
            if (ready || lingering) {
                all.add(new Endpoint(
                        endpoint.addresses().getFirst(),
                        endpoint.nodeName() == null ? "" : endpoint.nodeName(),
                        ready,
                        lingering));
            }
        }
        return List.copyOf(all);
    }

    private static List<Port> ports(SliceDocument document) {
        List<Port> all = new ArrayList<>();
        if (document.ports() != null) {
            for (SliceDocument.Port port : document.ports()) {
                String protocol = port.protocol() == null ? "TCP" : port.protocol();
                if (port.port() != null && (protocol.equals("TCP") || protocol.equals("UDP"))) {
                    all.add(new Port(port.name() == null ? "" : port.name(), Protocol.valueOf(protocol), port.port()));
                }
            }
        }
        return List.copyOf(all);
    }

    /** Returns the service whose endpoints these are; its name is empty where there is none. */
    public ObjectKey service() {
        return service;
    }

    public List<Endpoint> endpoints() {
        return endpoints;
    }

    public List<Port> ports() {
        return ports;
    }

    @Override
    protected ResourceType<?> type() {
        return TYPE;
    }
}
