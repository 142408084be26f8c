package io.flotilla.kubelet.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the node's Lease in kube-node-lease, four times within its duration; makes it again where someone deleted it. */
public final class NodeLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLease.class);
    private static final String NAMESPACE = "kube-node-lease";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(7);

    private final String nodeName;
    private final int seconds;
    private final ApiClient client;
    private final ResourceClient<Lease> leases;
    private final Supplier<Optional<Node>> node;
    private final Clock clock;
    private final Object lock = new Object();
    private volatile boolean closed;
    private @Nullable Lease held; // used by the one thread
    private @Nullable Thread thread; // guarded by lock

    /**
     * Makes a lease that is not yet renewed.
     *
     * @param seconds leaseDurationSeconds
     * @param node the node, once it is registered
     */
    public NodeLease(String nodeName, int seconds, ApiClient client, Supplier<Optional<Node>> node, Clock clock) {
        this.nodeName = nodeName;
        this.seconds = seconds;
        this.client = client.urgent(Duration.ofMillis(seconds * 1000L / 8));
        this.leases = this.client.resource(ResourceTypes.LEASES);
        this.node = node;
        this.clock = clock;
    }

    public void start() {
        synchronized (lock) {
            // Not a virtual one, which would wait behind all the pods of the node.
            thread = Thread.ofPlatform().name("node-lease").daemon().start(this::run);
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!closed) {
                Optional<Node> registered = node.get();
                try {
                    if (registered.isPresent()) {
                        held = renew(registered.get());
                        pause = FIRST_PAUSE;
                        Thread.sleep(Duration.ofMillis(seconds * 1000L / 4));
                        continue;
                    }
                } catch (ApiException e) {
                    LOG.debug("The node's lease could not be renewed: {}", e.getMessage());
                    held = null;
                }
                Thread.sleep(pause);
                Duration doubled = pause.multipliedBy(2);
                pause = registered.isEmpty()
                        ? FIRST_PAUSE
                        : doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Lease renew(Node owner) {
        Lease present = held;
        if (present == null) {
            try {
                present = leases.get(new ObjectKey(NAMESPACE, nodeName));
            } catch (ApiException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
                return leases.create(renewed(new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName(nodeName)
                        .withOwnerReferences(new OwnerReferenceBuilder()
                                .withApiVersion("v1")
                                .withKind("Node")
                                .withName(nodeName)
                                .withUid(owner.getMetadata().getUid())
                                .build())
                        .endMetadata()
                        .build()));
            }
        }
        return leases.update(renewed(present));
    }

    private Lease renewed(Lease lease) {
        return new LeaseBuilder(lease)
                .editOrNewSpec()
                .withHolderIdentity(nodeName)
                .withLeaseDurationSeconds(seconds)
                .withRenewTime(ZonedDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
                .endSpec()
                .build();
    }

    @Override
    public void close() {
        closed = true;
        synchronized (lock) {
            if (thread != null) {
                thread.interrupt();
            }
        }
        client.close();
    }
}
