package io.flotilla.machinery.election;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.Fence;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Competes for a Lease for as long as it runs: leads, loses, and competes again.
 *
 * <p>Another holder's lease has expired once this process has not seen it change for the lease's duration, by its own
 * monotonic clock; the times written in the Lease are for people. A leader that cannot renew ends its leadership before
 * another may begin, as far as its own clock runs; for a process that was paused it does not, and the fence that comes
 * with the leadership is what holds then.
 */
public final class LeaderElector implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElector.class);

    /** A server that hangs must not cost the leadership: there is time for the others before the deadline. */
    private static final int ATTEMPTS = 3;

    private final ElectionConfig config;
    private final ApiClient client;
    private final ResourceClient<Lease> leases;
    private final Leadership leadership;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ObjectKey key;

    private @Nullable Lease observed;
    private long observedAt;
    private volatile Optional<Fence> leading = Optional.empty();
    private volatile boolean closed;
    private @Nullable Thread thread; // guarded by this

    public LeaderElector(
            ElectionConfig config, ApiClient client, Leadership leadership, Clock clock, LongSupplier nanoTime) {
        this.config = config;
        this.client = client.urgent(config.renewDeadline().dividedBy(ATTEMPTS));
        this.leases = this.client.resource(ResourceTypes.LEASES);
        this.leadership = leadership;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.key = new ObjectKey(config.namespace(), config.name());
    }

    public synchronized void start() {
        // Not a virtual one, which would wait behind whatever else this process has to do.
        thread = Thread.ofPlatform().name("elector-" + config.name()).daemon().start(this::run);
    }

    /** Returns the fence under which this process leads now. */
    public Optional<Fence> leading() {
        return leading;
    }

    private void run() {
        try {
            while (!closed) {
                long triedAt = nanoTime.getAsLong();
                if (tryAcquireOrRenew()) {
                    lead(triedAt);
                }
                if (!closed) {
                    Thread.sleep(config.retryPeriod());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lead(long acquiredAt) throws InterruptedException {
        Lease held = Objects.requireNonNull(observed);
        Fence fence = new Fence(
                config.namespace(),
                config.name(),
                config.identity(),
                held.getSpec().getLeaseTransitions());
        LOG.info("successfully acquired lease {}", key);
        leading = Optional.of(fence);
        try {
            leadership.begin(fence);
            renewUntilLost(acquiredAt);
        } finally {
            leading = Optional.empty();
            heedClose();
            leadership.end();
            LOG.info("leadership of lease {} has ended", key);
        }
        if (heedClose()) {
            release();
        }
    }

    /**
     * Says whether this is closed. Whoever closes interrupts this thread, and may do so late: what is done at the end of a
     * leadership must not be broken off by it.
     */
    private synchronized boolean heedClose() {
        if (closed) {
            var _ = Thread.interrupted();
        }
        return closed;
    }

    private void renewUntilLost(long acquiredAt) throws InterruptedException {
        // The lease may expire for others from the attempt on, however long it took to begin.
        long renewedAt = acquiredAt;
        while (!closed) {
            try {
                Thread.sleep(config.retryPeriod());
            } catch (InterruptedException e) {
                if (closed) {
                    return;
                }
                throw e;
            }
            long triedAt = nanoTime.getAsLong();
            if (tryAcquireOrRenew()) {
                renewedAt = triedAt;
            } else if (heldByAnother() || elapsed(renewedAt).compareTo(config.renewDeadline()) >= 0) {
                LOG.warn("failed to renew lease {}: leaving", key);
                return;
            }
        }
    }

    private boolean heldByAnother() {
        return observed != null && !config.identity().equals(observed.getSpec().getHolderIdentity());
    }

    private boolean tryAcquireOrRenew() {
        try {
            Lease present = read();
            if (present == null) {
                observe(leases.create(newLease()));
                return true;
            }
            observe(present);
            LeaseSpec spec = present.getSpec();
            boolean mine = config.identity().equals(spec.getHolderIdentity());
            boolean free =
                    spec.getHolderIdentity() == null || spec.getHolderIdentity().isEmpty();
            if (!mine && !free && !expired(spec)) {
                return false;
            }
            // A restart under the same identity is a new term as well: the old process may still be running.
            boolean renewal = mine && leading.isPresent();
            observe(leases.update(taken(present, renewal)));
            return true;
        } catch (ApiException e) {
            if (leading.isPresent()) {
                LOG.warn("lease {} could not be renewed: {}", key, e.getMessage());
            }
            return false;
        }
    }

    private @Nullable Lease read() {
        try {
            return leases.get(key);
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return null;
            }
            throw e;
        }
    }

    private void observe(Lease lease) {
        if (observed == null || !observed.getSpec().equals(lease.getSpec())) {
            observedAt = nanoTime.getAsLong();
        }
        observed = lease;
    }

    private boolean expired(LeaseSpec spec) {
        Integer seconds = spec.getLeaseDurationSeconds();
        Duration duration = seconds == null ? config.leaseDuration() : Duration.ofSeconds(seconds);
        return elapsed(observedAt).compareTo(duration) >= 0;
    }

    private Duration elapsed(long since) {
        return Duration.ofNanos(nanoTime.getAsLong() - since);
    }

    private Lease newLease() {
        ZonedDateTime now = now();
        return new LeaseBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withNamespace(config.namespace())
                        .withName(config.name())
                        .build())
                .withNewSpec()
                .withHolderIdentity(config.identity())
                .withLeaseDurationSeconds((int) config.leaseDuration().toSeconds())
                .withAcquireTime(now)
                .withRenewTime(now)
                .withLeaseTransitions(0)
                .endSpec()
                .build();
    }

    private Lease taken(Lease present, boolean renewal) {
        Lease lease = ObjectJson.copy(present);
        LeaseSpec spec = lease.getSpec();
        ZonedDateTime now = now();
        spec.setRenewTime(now);
        spec.setLeaseDurationSeconds((int) config.leaseDuration().toSeconds());
        if (!renewal) {
            spec.setHolderIdentity(config.identity());
            spec.setAcquireTime(now);
            Integer transitions = spec.getLeaseTransitions();
            spec.setLeaseTransitions(transitions == null ? 1 : transitions + 1);
        }
        return lease;
    }

    /** Lets another candidate take over at once. */
    private void release() {
        try {
            Lease lease = ObjectJson.copy(leases.get(key));
            if (config.identity().equals(lease.getSpec().getHolderIdentity())) {
                lease.getSpec().setHolderIdentity("");
                lease.getSpec().setLeaseDurationSeconds(1);
                lease.getSpec().setRenewTime(now());
                leases.update(lease);
            }
        } catch (ApiException e) {
            LOG.info("Lease {} could not be released and will expire: {}", key, e.getMessage());
        }
    }

    private ZonedDateTime now() {
        return clock.instant().atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }

    /** Ends the leadership, if any, and releases the lease before it returns. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
            if (running != null) {
                running.interrupt();
            }
        }
        if (running != null) {
            try {
                running.join(config.renewDeadline());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        client.close();
    }
}
