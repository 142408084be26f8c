package io.flotilla.controllermanager.nodeipam;

import io.fabric8.kubernetes.api.model.Node;
import io.flotilla.controllermanager.controller.Caches;
import io.flotilla.controllermanager.controller.Controller;
import io.flotilla.controllermanager.controller.ControllerContext;
import io.flotilla.controllermanager.controller.Handlers;
import io.flotilla.controllermanager.controller.ReconcileLoop;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Patch;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.event.EventRecorder;
import io.flotilla.machinery.event.ObjectReferences;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import io.flotilla.machinery.workqueue.Reconciler.Result;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes a free block of the cluster's range into each node that has none. One worker: blocks are given out in turn. */
public final class NodeIpamController implements Controller {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private final Caches caches;
    private final ResourceClient<Node> nodes;
    private final EventRecorder events;
    private final CidrBlocks blocks;
    private final Map<String, String> given = new HashMap<>(); // touched by the one worker only
    private final ReconcileLoop<ObjectKey> loop;

    /**
     * Makes the controller.
     *
     * @param clusterCidr range to give out
     */
    public NodeIpamController(ControllerContext context, String clusterCidr) {
        caches = context.caches();
        nodes = context.client().resource(ResourceTypes.NODES);
        events = context.events().apply("cidrAllocator");
        blocks = CidrBlocks.of(clusterCidr, context.settings().nodeCidrMaskSize());
        loop = new ReconcileLoop<ObjectKey>("node_ipam", 1, this::sync)
                .on(caches.nodes(), Handlers.onAny((Node node) -> add(node)));
    }

    private void add(Node node) {
        loop.add(ObjectKey.of(node));
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    private Result sync(ObjectKey key) {
        Optional<Node> cached = caches.nodes().lister().get(key);
        if (cached.isEmpty()) {
            given.remove(key.name());
            return Result.done();
        }
        Node node = cached.get();
        if (hasBlock(node)) {
            given.put(key.name(), node.getSpec().getPodCIDR());
            return Result.done();
        }
        Optional<String> block = Optional.ofNullable(given.get(key.name())).or(() -> blocks.firstFree(used()));
        if (block.isEmpty()) {
            events.normal(
                    ObjectReferences.to(ResourceTypes.NODES, node),
                    "CIDRNotAvailable",
                    "Node " + key.name() + " status is now: CIDRNotAvailable");
            return Result.after(TRY_AGAIN);
        }
        given.put(key.name(), block.get());
        write(key, block.get());
        return Result.done();
    }

    private static boolean hasBlock(Node node) {
        return node.getSpec() != null
                && node.getSpec().getPodCIDR() != null
                && !node.getSpec().getPodCIDR().isEmpty();
    }

    private Set<String> used() {
        Set<String> used = new HashSet<>(given.values());
        for (Node node : caches.nodes().lister().list()) {
            if (hasBlock(node)) {
                used.add(node.getSpec().getPodCIDR());
            }
        }
        return used;
    }

    private void write(ObjectKey key, String block) {
        try {
            nodes.patch(key, Patch.merge(Map.of("spec", Map.of("podCIDR", block, "podCIDRs", List.of(block)))));
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
