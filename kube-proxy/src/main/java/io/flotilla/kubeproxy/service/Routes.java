package io.flotilla.kubeproxy.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The rules by which a Service and its EndpointSlices become routes on one node. */
public final class Routes {
    private final String node;
    private final List<String> nodePortAddresses;

    /**
     * Makes the rules of a node.
     *
     * @param node the node's name, by which local endpoints are told
     * @param nodePortAddresses addresses on which node ports are served
     */
    public Routes(String node, List<String> nodePortAddresses) {
        this.node = node;
        this.nodePortAddresses = List.copyOf(nodePortAddresses);
    }

    /** Returns every address of the service with its route. */
    public Map<Listen, Route> of(ServiceInfo service, Collection<SliceInfo> slices) {
        Map<Listen, Route> routes = new HashMap<>();
        if (service.clusterIp().isEmpty()) {
            return routes;
        }
        for (ServiceInfo.Port port : service.ports()) {
            routes.put(
                    new Listen(port.protocol(), service.clusterIp(), port.port()),
                    route(service, port, slices, service.internalLocal()));
            if (port.nodePort() > 0) {
                Route external = route(service, port, slices, service.externalLocal());
                for (String address : nodePortAddresses) {
                    routes.put(new Listen(port.protocol(), address, port.nodePort()), external);
                }
            }
        }
        return routes;
    }

    private Route route(ServiceInfo service, ServiceInfo.Port port, Collection<SliceInfo> slices, boolean localOnly) {
        List<Backend> ready = backends(port, slices, endpoint -> endpoint.ready() && reachable(endpoint, localOnly));
        // Where nothing is ready, endpoints that terminate but still serve are better than none.
        List<Backend> backends = ready.isEmpty()
                ? backends(port, slices, endpoint -> endpoint.lingering() && reachable(endpoint, localOnly))
                : ready;
        String name = service.key() + (port.name().isEmpty() ? "" : ":" + port.name());
        return new Route(name, backends, service.affinity());
    }

    private boolean reachable(SliceInfo.Endpoint endpoint, boolean localOnly) {
        return !localOnly || endpoint.node().equals(node);
    }

    private static List<Backend> backends(
            ServiceInfo.Port port, Collection<SliceInfo> slices, Predicate<SliceInfo.Endpoint> wanted) {
        TreeSet<Backend> backends = new TreeSet<>();
        for (SliceInfo slice : slices) {
            for (SliceInfo.Port slicePort : slice.ports()) {
                if (!slicePort.name().equals(port.name()) || slicePort.protocol() != port.protocol()) {
                    continue;
                }
                for (SliceInfo.Endpoint endpoint : slice.endpoints()) {
                    if (wanted.test(endpoint)) {
                        backends.add(new Backend(endpoint.address(), slicePort.port()));
                    }
                }
            }
        }
        return List.copyOf(new ArrayList<>(backends));
    }
}
