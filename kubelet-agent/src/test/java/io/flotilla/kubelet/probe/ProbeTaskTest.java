package io.flotilla.kubelet.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.flotilla.kubelet.timer.Timers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class ProbeTaskTest {
    private static final String ID = "id";

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Container container = new ContainerBuilder().withName("c").build();
    private final Probe probe = new ProbeBuilder().withFailureThreshold(1).build();

    /** The first callback comes at once, those after it never. */
    private final Timers once = new Timers() {
        private boolean used;

        @Override
        public synchronized Timer after(Duration delay, Runnable callback) {
            if (!used) {
                used = true;
                Thread.ofVirtual().start(callback);
            }
            return () -> {};
        }
    };

    /** What the task is asked about by those whom it tells. */
    private final class Around implements ProbeTask.Surroundings {
        private final ProbeTask task = new ProbeTask(ProbeKind.LIVENESS, container, probe, this, once);

        @Override
        public boolean mayRun(ProbeKind kind, String name, String id) {
            return true;
        }

        @Override
        public Outcome attempt(Probe asked, Container of, String id) {
            return new Outcome.Failure("no");
        }

        @Override
        public void tell(ProbeKind kind, Container of, Outcome outcome) {
            seen.add("told while " + task.result(ID));
        }

        @Override
        public void changed(ProbeKind kind, String name, ProbeTask.Result result) {
            seen.add("changed to " + result);
        }
    }

    @Test
    void aFailureIsToldBeforeAnythingFollowsFromIt() {
        ProbeTask task = new Around().task;

        task.runs(container, probe, ID, ProbeTask.Result.SUCCESS, Duration.ZERO);

        await().untilAsserted(() -> assertThat(seen).containsExactly("told while SUCCESS", "changed to FAILURE"));
    }
}
