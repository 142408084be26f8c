package io.flotilla.deploy.supervisor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.Listener;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.probe.HttpProbe;
import io.flotilla.deploy.supervisor.ProcessRecord.State;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Starts the processes of a lab in order: etcd, then the API servers, then, once one of these answers, all that need one; and
 * waits until every one is ready and every node too. One thread looks at all of them: on a machine of two cores, watching
 * must not compete with starting.
 */
final class BringUp {
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int POLL_MILLIS = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Supervised> processes;
    private final HttpProbe probe;
    private final Plan plan;
    private final Progress progress;
    private final Set<String> ready = new HashSet<>();
    private final Set<Kind> announced = EnumSet.noneOf(Kind.class);
    private final long deadline = System.nanoTime() + DEADLINE.toNanos();

    BringUp(List<Supervised> processes, HttpProbe probe, Plan plan, Progress progress) {
        this.processes = processes;
        this.probe = probe;
        this.plan = plan;
        this.progress = progress;
    }

    void run() throws InterruptedException {
        start(EnumSet.of(Kind.ETCD));
        await("etcd to answer", () -> isReady(Kind.ETCD));
        start(EnumSet.of(Kind.API_SERVER, Kind.BALANCER));
        await("an API server to be ready", this::isAnyApiServerReady);
        start(EnumSet.complementOf(EnumSet.of(Kind.ETCD, Kind.API_SERVER, Kind.BALANCER)));
        await("every process to be ready", () -> isReady(Kind.values()));
        if (plan.size().nodes() > 0) {
            await("every node to be Ready", () -> readyNodes() >= plan.size().nodes());
            progress.step(plan.size().nodes() + " nodes Ready");
        }
    }

    private void start(Set<Kind> kinds) {
        for (var process : processes) {
            if (kinds.contains(process.program().kind()) && isWanted(process)) {
                process.start();
            }
        }
    }

    /** What was stopped by command before the supervisor was restarted stays stopped. */
    private static boolean isWanted(Supervised process) {
        return process.record().state() != State.STOPPED;
    }

    private boolean isAnyApiServerReady() {
        isReady(Kind.API_SERVER);
        return processes.stream()
                .anyMatch(process -> process.program().kind() == Kind.API_SERVER
                        && ready.contains(process.program().name()));
    }

    /** Asks those that have not answered yet. */
    private boolean isReady(Kind... kinds) {
        var all = true;
        for (var kind : kinds) {
            var waiting = new ArrayList<String>();
            for (var process : processes) {
                if (process.program().kind() == kind && isWanted(process) && !check(process)) {
                    waiting.add(process.program().name());
                }
            }
            var count = processes.stream()
                    .filter(process -> process.program().kind() == kind)
                    .count();
            if (waiting.isEmpty() && announced.add(kind) && count > 0) {
                progress.step(kind.word() + " ready (" + count + ")");
            }
            all &= waiting.isEmpty();
        }
        return all;
    }

    private boolean check(Supervised process) {
        var name = process.program().name();
        if (ready.contains(name)) {
            return true;
        }
        var record = process.record();
        if (record.state() == State.BACK_OFF || record.state() == State.DEAD || record.restarts() > 0) {
            throw new LabException(name + " died before it was ready (" + record.lastExit() + ")"
                    + process.complaint().map(text -> ": " + text).orElse("") + "; its log is "
                    + process.program().log());
        }
        return record.state() == State.RUNNING
                && probe.isReady(process.program().readiness())
                && ready.add(name);
    }

    private long readyNodes() {
        var address = plan.address(Kind.BALANCER, 1, Listener.HTTPS);
        try {
            var list = JSON.readTree(probe.get(URI.create("https://" + address + "/api/v1/nodes")));
            long count = 0;
            for (var node : list.path("items")) {
                for (var condition : node.path("status").path("conditions")) {
                    if (condition.path("type").asText().equals("Ready")
                            && condition.path("status").asText().equals("True")) {
                        count++;
                    }
                }
            }
            return count;
        } catch (IOException e) {
            return 0;
        }
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String what, Condition condition) throws InterruptedException {
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new LabException("Waited " + DEADLINE.toSeconds() + " s for " + what + "; not ready: "
                        + String.join(", ", missing()));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private List<String> missing() {
        return processes.stream()
                .filter(process ->
                        isWanted(process) && !ready.contains(process.program().name()))
                .map(process ->
                        process.program().name() + " (log: " + process.program().log() + ")")
                .toList();
    }
}
