package io.flotilla.machinery.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.Fence;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class LeaderElectorTest {
    private static final ObjectKey KEY = new ObjectKey("kube-system", "test");

    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<Lease> leases = cluster.resource(ResourceTypes.LEASES);
    private final List<LeaderElector> electors = new ArrayList<>();

    /** Remembers what it was told. */
    private static final class Told implements Leadership {
        final List<String> calls = new CopyOnWriteArrayList<>();
        final List<Fence> fences = new CopyOnWriteArrayList<>();

        @Override
        public void begin(Fence fence) {
            calls.add("begin");
            fences.add(fence);
        }

        @Override
        public void end() {
            calls.add("end");
        }
    }

    @AfterEach
    void close() {
        cluster.beforeWrite((_, _) -> {});
        electors.forEach(LeaderElector::close);
    }

    private LeaderElector elector(String identity, Leadership told, Duration lease) {
        return elector(identity, told, lease, System::nanoTime);
    }

    private LeaderElector elector(String identity, Leadership told, Duration lease, LongSupplier nanoTime) {
        ElectionConfig config = new ElectionConfig(
                KEY.namespace(),
                KEY.name(),
                identity,
                lease,
                lease.multipliedBy(2).dividedBy(3),
                Duration.ofMillis(20));
        LeaderElector elector = new LeaderElector(config, cluster, told, Clock.systemUTC(), nanoTime);
        electors.add(elector);
        elector.start();
        return elector;
    }

    private LeaseSpec lease() {
        return leases.get(KEY).getSpec();
    }

    @Test
    void theFirstCandidateLeadsInTermZeroAndTheSecondWaits() {
        Told first = new Told();
        Told second = new Told();
        elector("a", first, Duration.ofSeconds(30));
        await().until(() -> first.calls.contains("begin"));
        LeaderElector waiting = elector("b", second, Duration.ofSeconds(30));

        String renewed = String.valueOf(lease().getRenewTime());
        await().until(() -> !String.valueOf(lease().getRenewTime()).equals(renewed));

        assertThat(first.fences).containsExactly(new Fence("kube-system", "test", "a", 0));
        assertThat(second.calls).isEmpty();
        assertThat(waiting.leading()).isEmpty();
        assertThat(lease().getHolderIdentity()).isEqualTo("a");
    }

    @Test
    void aLeaderThatStopsLetsTheNextOneInAtOnceInANewTerm() {
        Told first = new Told();
        Told second = new Told();
        LeaderElector leader = elector("a", first, Duration.ofSeconds(30));
        await().until(() -> first.calls.contains("begin"));
        elector("b", second, Duration.ofSeconds(30));

        leader.close();

        await().until(() -> second.calls.contains("begin"));
        assertThat(first.calls).containsExactly("begin", "end");
        assertThat(second.fences).containsExactly(new Fence("kube-system", "test", "b", 1));
    }

    @Test
    void aLeaderThatCannotRenewEndsAndAnotherTakesOverAfterTheLease() {
        AtomicLong now = new AtomicLong();
        Duration lease = Duration.ofSeconds(30);
        Told first = new Told();
        Told second = new Told();
        elector("a", first, lease, now::get);
        await().until(() -> first.calls.contains("begin"));
        AtomicBoolean cut = new AtomicBoolean(true);
        cluster.beforeWrite((_, body) -> {
            if (cut.get()
                    && body instanceof Lease written
                    && "a".equals(written.getSpec().getHolderIdentity())) {
                throw new ApiException.Unanswered("cut off", null);
            }
        });
        elector("b", second, lease, now::get);

        now.addAndGet(Duration.ofSeconds(20).toNanos());
        await().until(() -> first.calls.contains("end"));
        assertThat(second.calls).isEmpty();

        await().until(() -> {
            now.addAndGet(Duration.ofSeconds(10).toNanos());
            return second.calls.contains("begin");
        });
        assertThat(first.calls).containsExactly("begin", "end");
        assertThat(lease().getLeaseTransitions()).isEqualTo(1);
    }

    @Test
    void theTimeThatItTakesToBeginIsTimeWithoutARenewal() {
        AtomicLong now = new AtomicLong();
        Told told = new Told();
        Leadership slow = new Leadership() {
            @Override
            public void begin(Fence fence) {
                now.addAndGet(Duration.ofSeconds(20).toNanos());
                cluster.beforeWrite((_, _) -> {
                    throw new ApiException.Unanswered("cut off", null);
                });
                told.begin(fence);
            }

            @Override
            public void end() {
                told.end();
            }
        };

        elector("a", slow, Duration.ofSeconds(30), now::get);

        await().untilAsserted(() -> assertThat(told.calls).containsExactly("begin", "end"));
    }

    @Test
    void theCloseDoesNotBreakOffWhatALeaderWritesLast() throws InterruptedException {
        Told told = new Told();
        LeaderElector leader = elector("a", told, Duration.ofSeconds(30));
        await().until(() -> told.calls.contains("begin"));
        CountDownLatch renewing = new CountDownLatch(1);
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        cluster.beforeWrite((_, body) -> {
            if (body instanceof Lease written && "".equals(written.getSpec().getHolderIdentity())) {
                interrupted.add(Thread.currentThread().isInterrupted());
                return;
            }
            renewing.countDown();
            goOn.join();
        });
        renewing.await();

        Thread closing = Thread.ofPlatform().start(leader::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        goOn.complete(null);
        closing.join();

        assertThat(told.calls).containsExactly("begin", "end");
        assertThat(interrupted).containsExactly(false);
        assertThat(lease().getHolderIdentity()).isNullOrEmpty();
    }

    @Test
    void aRestartUnderTheSameIdentityIsANewTerm() {
        Told before = new Told();
        elector("a", before, Duration.ofSeconds(30));
        await().until(() -> before.calls.contains("begin"));
        Told after = new Told();
        elector("a", after, Duration.ofSeconds(30));

        await().until(() -> after.calls.contains("begin"));

        assertThat(after.fences.getFirst().term()).isPositive();
    }

    @Test
    void durationsThatCannotWorkAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ElectionConfig(
                        "ns", "n", "id", Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessageContaining("--leader-elect-lease-duration must be longer than");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ElectionConfig(
                        "ns", "n", "id", Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(2)))
                .withMessageContaining("--leader-elect-renew-deadline must be longer than");
    }
}
