package io.flotilla.apiserver.registry.builtin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.validation.Trees;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Keeps the endpoints of the service {@code kubernetes} at the API servers that live. Each server renews a Lease of its
 * own; whose lease stands still for {@link #EXPIRY} by this server's own clock is taken for dead, and its endpoint goes.
 * Called by one thread.
 */
final class ServerEndpoints {
    static final Duration EXPIRY = Duration.ofSeconds(30);
    private static final String NAMESPACE = "kube-system";
    private static final String LABEL = "apiserver.kubernetes.io/identity";
    private static final String SERVICE = "kubernetes";

    private final Resources resources;
    private final ObjectStore store;
    private final ClusterSettings settings;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final String lease;
    private final Map<String, Seen> seen = new HashMap<>();

    /** When a lease was last seen to change. */
    private record Seen(String renewTime, long sinceNanos) {}

    ServerEndpoints(
            Resources resources, ObjectStore store, ClusterSettings settings, Clock clock, LongSupplier nanoTime) {
        this.resources = resources;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.nanoTime = nanoTime;
        String address = settings.advertiseAddress() + ":" + settings.securePort();
        this.lease = "apiserver-"
                + UUID.nameUUIDFromBytes(address.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .replace("-", "");
    }

    /** Renews this server's lease and brings the endpoints up to date. */
    void reconcile() {
        renew();
        SortedMap<Integer, SortedSet<String>> live = live();
        write(resources.of("", "endpoints"), "default", SERVICE, object -> fillEndpoints(object, live));
        writeSlices(live);
    }

    /** Takes this server out: it is about to stop. */
    void withdraw() {
        store.remove(leases(), NAMESPACE, lease);
        SortedMap<Integer, SortedSet<String>> live = live();
        SortedSet<String> own = live.getOrDefault(settings.securePort(), new TreeSet<>());
        own.remove(settings.advertiseAddress());
        if (own.isEmpty()) {
            live.remove(settings.securePort());
        }
        // The last server leaves its endpoint standing, as the last known place to look.
        if (!live.isEmpty()) {
            write(resources.of("", "endpoints"), "default", SERVICE, object -> fillEndpoints(object, live));
            writeSlices(live);
        }
    }

    private ResourceInfo leases() {
        return resources.of("coordination.k8s.io", "leases");
    }

    private void renew() {
        String now = clock.instant().truncatedTo(ChronoUnit.MICROS).toString();
        write(leases(), NAMESPACE, lease, object -> {
            ObjectNode metadata = Trees.child(object, "metadata");
            Trees.child(metadata, "labels").put(LABEL, "kube-apiserver");
            ObjectNode spec = Trees.child(object, "spec");
            spec.put("holderIdentity", settings.advertiseAddress() + ":" + settings.securePort());
            spec.put("leaseDurationSeconds", EXPIRY.toSeconds());
            spec.put("renewTime", microTime(now));
        });
    }

    private static String microTime(String instant) {
        int dot = instant.indexOf('.');
        String seconds = dot < 0 ? instant.substring(0, instant.length() - 1) : instant.substring(0, dot);
        String fraction = dot < 0 ? "" : instant.substring(dot + 1, instant.length() - 1);
        return seconds + "." + (fraction + "000000").substring(0, 6) + "Z";
    }

    /** Addresses of living servers by their port. */
    private SortedMap<Integer, SortedSet<String>> live() {
        SortedMap<Integer, SortedSet<String>> live = new TreeMap<>();
        add(live, settings.advertiseAddress(), settings.securePort());
        Set<String> present = new HashSet<>();
        for (ObjectNode each : store.cachedList(leases(), NAMESPACE)) {
            String name = Trees.text(each, "metadata", "name");
            if (!Trees.text(each, "metadata", "labels", LABEL).equals("kube-apiserver") || name.equals(lease)) {
                continue;
            }
            present.add(name);
            String holder = Trees.text(each, "spec", "holderIdentity");
            int colon = holder.lastIndexOf(':');
            if (colon <= 0) {
                continue;
            }
            if (isLive(name, Trees.text(each, "spec", "renewTime"))) {
                add(live, holder.substring(0, colon), Integer.parseInt(holder.substring(colon + 1)));
            } else {
                store.remove(leases(), NAMESPACE, name);
            }
        }
        seen.keySet().retainAll(present);
        return live;
    }

    private boolean isLive(String name, String renewTime) {
        long now = nanoTime.getAsLong();
        Seen before = seen.get(name);
        if (before == null || !before.renewTime().equals(renewTime)) {
            seen.put(name, new Seen(renewTime, now));
            return true;
        }
        return now - before.sinceNanos() < EXPIRY.toNanos();
    }

    private static void add(SortedMap<Integer, SortedSet<String>> live, String address, int port) {
        live.computeIfAbsent(port, _ -> new TreeSet<>(Comparator.naturalOrder()))
                .add(address);
    }

    private static void fillEndpoints(ObjectNode object, SortedMap<Integer, SortedSet<String>> live) {
        Trees.child(Trees.child(object, "metadata"), "labels").put("endpointslice.kubernetes.io/skip-mirror", "true");
        ArrayNode subsets = object.putArray("subsets");
        live.forEach((port, addresses) -> {
            ObjectNode subset = subsets.addObject();
            ArrayNode list = subset.putArray("addresses");
            addresses.forEach(address -> list.addObject().put("ip", address));
            subset.putArray("ports")
                    .addObject()
                    .put("name", "https")
                    .put("port", port)
                    .put("protocol", "TCP");
        });
    }

    /** A slice has one list of ports for all its endpoints: servers on different ports take a slice each. */
    private void writeSlices(SortedMap<Integer, SortedSet<String>> live) {
        ResourceInfo slices = resources.of("discovery.k8s.io", "endpointslices");
        Set<String> names = new HashSet<>();
        live.forEach((port, addresses) -> {
            String name = names.isEmpty() ? SERVICE : SERVICE + "-" + port;
            names.add(name);
            write(slices, "default", name, object -> fillSlice(object, port, addresses));
        });
        for (ObjectNode each : store.cachedList(slices, "default")) {
            String name = Trees.text(each, "metadata", "name");
            if (name.startsWith(SERVICE + "-")
                    && !names.contains(name)
                    && Trees.text(each, "metadata", "labels", "kubernetes.io/service-name")
                            .equals(SERVICE)) {
                store.remove(slices, "default", name);
            }
        }
    }

    private static void fillSlice(ObjectNode object, int port, SortedSet<String> addresses) {
        Trees.child(Trees.child(object, "metadata"), "labels").put("kubernetes.io/service-name", SERVICE);
        object.put("addressType", addresses.first().indexOf(':') >= 0 ? "IPv6" : "IPv4");
        ArrayNode endpoints = object.putArray("endpoints");
        for (String address : addresses) {
            ObjectNode endpoint = endpoints.addObject();
            endpoint.putArray("addresses").add(address);
            endpoint.putObject("conditions").put("ready", true);
        }
        object.putArray("ports")
                .addObject()
                .put("name", "https")
                .put("port", port)
                .put("protocol", "TCP");
    }

    private interface Filling {
        void fill(ObjectNode object);
    }

    /** Writes the object as the filling has it, if that is not how it stands. */
    private void write(ResourceInfo resource, String namespace, String name, Filling filling) {
        ObjectNode present = store.cached(resource, namespace, name).orElse(null);
        if (present == null) {
            create(resource, namespace, name, filling);
            return;
        }
        ObjectNode wanted = present.deepCopy();
        filling.fill(wanted);
        if (Trees.same(wanted, present)) {
            return;
        }
        try {
            store.update(resource, namespace, name, object -> {
                filling.fill(object);
                return object;
            });
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
            create(resource, namespace, name, filling);
        }
    }

    private void create(ResourceInfo resource, String namespace, String name, Filling filling) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", resource.storageVersion()).put("kind", resource.kind());
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("name", name).put("namespace", namespace);
        metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", now.toString());
        if (List.of("endpointslices").contains(resource.resource())) {
            metadata.put("generation", 1);
        }
        filling.fill(object);
        try {
            store.create(resource, object);
        } catch (StatusException e) {
            if (!e.reason().equals("AlreadyExists")) {
                throw e;
            }
        }
    }
}
