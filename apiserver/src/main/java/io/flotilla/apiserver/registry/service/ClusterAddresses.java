package io.flotilla.apiserver.registry.service;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.registry.ObjectStore;
import io.flotilla.apiserver.registry.Resources;
import io.flotilla.apiserver.registry.validation.Addresses;
import io.flotilla.apiserver.registry.validation.Block;
import io.flotilla.apiserver.request.StatusException;
import io.flotilla.apiserver.schema.ResourceInfo;
import java.net.InetAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of services. An address is taken by creating the IPAddress object of that name, which etcd lets only one
 * API server do (KEP-1880).
 */
public final class ClusterAddresses {
    private static final int MAX_STATIC = 256;
    private static final int MIN_STATIC = 16;

    private final Resources resources;
    private final Block block;
    private final RandomGenerator random;

    /**
     * @param block service CIDR
     * @param random picks where the search for a free address begins
     */
    public ClusterAddresses(Resources resources, Block block, RandomGenerator random) {
        this.resources = resources;
        this.block = block;
        this.random = random;
    }

    public String family() {
        return block.isV4() ? "IPv4" : "IPv6";
    }

    /** The address of the service {@code kubernetes}. */
    public String first() {
        return block.at(1).getHostAddress();
    }

    /** The address cannot be had; the message is Kubernetes'. */
    static final class AddressException extends Exception {
        private static final long serialVersionUID = 1L;

        AddressException(String message) {
            super(message);
        }
    }

    /** Takes this address for the service. */
    void claim(ObjectStore store, String namespace, String service, String ip, Instant now) throws AddressException {
        InetAddress address = Addresses.tryParse(ip);
        if (address == null || !block.contains(address) || isNetworkOrBroadcast(address)) {
            throw new AddressException("provided IP is not in the valid range. The range of valid IPs is " + block);
        }
        if (!tryClaim(store, namespace, service, address.getHostAddress(), now)
                && !isHeldBy(store, namespace, service, address.getHostAddress())) {
            throw new AddressException("provided IP is already allocated");
        }
    }

    /** Takes the first address for the service {@code kubernetes}; fine if it has it already. */
    public void ensureFirst(ObjectStore store, String namespace, String service, Instant now) {
        tryClaim(store, namespace, service, first(), now);
    }

    private boolean isNetworkOrBroadcast(InetAddress address) {
        boolean last = block.isV4() && block.size() > 2 && address.equals(block.at(block.size() - 1));
        return address.equals(block.base()) || last;
    }

    /**
     * Takes any free address: from the upper part of the block first, so that the lower stays for those who choose one
     * (KEP-3070).
     */
    String claimAny(ObjectStore store, String namespace, String service, Instant now) {
        long last = block.size() - (block.isV4() ? 2 : 1);
        long reserved = Math.clamp(block.size() / 16, MIN_STATIC, MAX_STATIC);
        if (last > reserved) {
            String upper = claimBetween(store, namespace, service, reserved + 1, last, now);
            if (upper != null) {
                return upper;
            }
        }
        String lower = claimBetween(store, namespace, service, 1, Math.min(reserved, last), now);
        if (lower == null) {
            throw StatusException.internal("failed to allocate a serviceIP: range is full");
        }
        return lower;
    }

    private @Nullable String claimBetween(
            ObjectStore store, String namespace, String service, long from, long to, Instant now) {
        long count = to - from + 1;
        long start = random.nextLong(count);
        for (long i = 0; i < count; i++) {
            String ip = block.at(from + (start + i) % count).getHostAddress();
            boolean taken = store.cached(addresses(), "", ip).isPresent();
            if (!taken && tryClaim(store, namespace, service, ip, now)) {
                return ip;
            }
        }
        return null;
    }

    private ResourceInfo addresses() {
        return resources.of("networking.k8s.io", "ipaddresses");
    }

    private boolean tryClaim(ObjectStore store, String namespace, String service, String ip, Instant now) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", addresses().storageVersion());
        object.put("kind", "IPAddress");
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("name", ip);
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
        ObjectNode labels = metadata.putObject("labels");
        labels.put("ipaddress.kubernetes.io/ip-family", family());
        labels.put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
        ObjectNode parent = object.putObject("spec").putObject("parentRef");
        parent.put("name", service);
        parent.put("namespace", namespace);
        parent.put("resource", "services");
        try {
            store.create(addresses(), object);
            return true;
        } catch (StatusException e) {
            if (e.reason().equals("AlreadyExists")) {
                return false;
            }
            throw e;
        }
    }

    private boolean isHeldBy(ObjectStore store, String namespace, String service, String ip) {
        return store.get(addresses(), "", ip)
                .map(held -> held.path("spec").path("parentRef"))
                .filter(parent -> parent.path("name").asText().equals(service)
                        && parent.path("namespace").asText().equals(namespace))
                .isPresent();
    }

    /** Gives back the address if the service holds it. */
    void release(ObjectStore store, String namespace, String service, String ip) {
        InetAddress address = Addresses.tryParse(ip);
        if (address != null && isHeldBy(store, namespace, service, address.getHostAddress())) {
            store.remove(addresses(), "", address.getHostAddress());
        }
    }
}
