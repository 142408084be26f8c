package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Any one process may die, or stand still, at any time: nothing acknowledged is lost, nobody waits long, everything goes on. */
@ExtendWith(SharedLab.class)
class FaultIT {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    @Test
    void a_process_of_each_kind_may_be_killed_while_a_deployment_is_scaled(Lab lab) throws Exception {
        try (var namespace = Namespace.create(lab, "kills");
                var writes = AcknowledgedWrites.start(lab, namespace.name())) {
            namespace.applyExample("nginx-deployment.yaml").ok();
            namespace
                    .kubectl("rollout", "status", "deployment/nginx-deployment", "--timeout=60s")
                    .ok();

            var replicas = 10;
            for (var victim : victims(lab).values()) {
                lab.process(victim).signal("KILL");
                scale(namespace, replicas);

                lab.eventually(
                        Duration.ofSeconds(40),
                        it -> assertThat(namespace.value("deployment/nginx-deployment", ".status.readyReplicas"))
                                .isEqualTo(namespace.value("deployment/nginx-deployment", ".spec.replicas")));
                if (victim.equals("supervisor")) {
                    lab.flotilla("up").ok();
                }
                lab.awaitAllReady();
                assertThat(writes.longest())
                        .as("the longest wait for a write (" + writes.longestWhich() + ") after " + victim
                                + " was killed")
                        .isLessThan(LONGEST_WAIT);
                replicas = replicas == 10 ? 4 : 10;
            }

            var acknowledged = writes.stop();
            var stored = namespace.kubectl("get", "configmaps", "-o", "name").ok();
            assertThat(acknowledged).hasSizeGreaterThan(50);
            assertThat(stored.lines().map(line -> line.substring(line.indexOf('/') + 1)))
                    .containsAll(acknowledged);
        }
    }

    /** One process of each kind; of those that have a leader, the leader. */
    private static Map<String, String> victims(Lab lab) {
        var victims = new LinkedHashMap<String, String>();
        for (var process : lab.status()) {
            var kind = process.path("kind").asText();
            if (process.path("leader").asBoolean()) {
                victims.put(kind, process.path("name").asText());
            } else {
                victims.putIfAbsent(kind, process.path("name").asText());
            }
        }
        return victims;
    }

    /** As a client that retries. */
    private static void scale(Namespace namespace, int replicas) {
        var deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        Result result;
        do {
            result = namespace.kubectl("scale", "deployment/nginx-deployment", "--replicas=" + replicas);
        } while (!result.succeeded() && System.nanoTime() < deadline);
        result.ok();
    }

    @Test
    void a_leader_that_stood_still_and_was_replaced_changes_nothing_any_more(Lab lab) throws Exception {
        try (var namespace = Namespace.create(lab, "fence")) {
            var paused = lab.leader("scheduler");
            lab.flotilla("pause", paused).ok();
            try {
                namespace.applyExample("nginx-deployment.yaml").ok();
                lab.eventually(
                        Duration.ofSeconds(15),
                        it -> assertThat(it.leader("scheduler")).isNotEmpty().isNotEqualTo(paused));
            } finally {
                lab.flotilla("resume", paused).ok();
            }
            var successor = lab.leader("scheduler");

            namespace
                    .kubectl("rollout", "status", "deployment/nginx-deployment", "--timeout=60s")
                    .ok();
            lab.awaitAllReady();
            assertThat(lab.leader("scheduler")).isEqualTo(successor);
            assertThat(lab.status(paused).path("role").asText()).isEqualTo("standby");
        }
    }
}
