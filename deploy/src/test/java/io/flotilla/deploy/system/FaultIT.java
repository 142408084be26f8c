package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.machinery.client.ApiClient;
import io.flotilla.machinery.client.ApiException;
import io.flotilla.machinery.client.ClientConfig;
import io.flotilla.machinery.client.Fence;
import io.flotilla.machinery.client.GrpcApiClient;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Any one process may die, or stand still, at any time: nothing acknowledged is lost, nobody waits long, everything goes on. */
@ExtendWith(SharedLab.class)
class FaultIT {
    private static final String DEPLOYMENT = "deployment/nginx-deployment";
    /**
     * It is three seconds on a machine that has nothing else to do. Where nobody took over, or only when a connection, a
     * session or a lease of Kubernetes' length ran out, it would be longer, or for ever.
     */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private static final Duration LEADERLESS = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void a_process_of_each_kind_may_be_killed_while_a_deployment_is_scaled(Lab lab) throws Exception {
        try (var namespace = Namespace.create(lab, "kills");
                var writes = AcknowledgedWrites.start(lab, namespace.name())) {
            namespace.applyExample("nginx-deployment.yaml").ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            var replicas = 10;
            for (var victim : victims(lab).values()) {
                var quiet = writes.longestSinceLast();
                var killed = System.nanoTime();
                lab.process(victim).signal("KILL");

                scale(namespace, replicas);
                namespace
                        .kubectl("wait", "--for=jsonpath={.status.replicas}=" + replicas, DEPLOYMENT, "--timeout=180s")
                        .ok();
                var continued = Duration.ofNanos(System.nanoTime() - killed);
                namespace
                        .kubectl(
                                "wait",
                                "--for=jsonpath={.status.readyReplicas}=" + replicas,
                                DEPLOYMENT,
                                "--timeout=180s")
                        .ok();
                if (victim.equals("supervisor")) {
                    lab.flotilla("up").ok();
                }
                lab.awaitAllReady();

                var outage = writes.longestSinceLast();
                System.out.printf(
                        "%s killed: a retrying client waited %d ms at most (before: %d ms); the deployment was acted on after %d ms%n",
                        victim, outage.toMillis(), quiet.toMillis(), continued.toMillis());
                assertThat(outage)
                        .as("the longest wait for a write after " + victim + " was killed")
                        .isLessThan(Load.allowing(LONGEST_WAIT));
                assertThat(continued)
                        .as("the time until the deployment was acted on after " + victim + " was killed")
                        .isLessThan(Load.allowing(LEADERLESS));
                replicas = replicas == 10 ? 4 : 10;
            }

            var acknowledged = writes.stop();
            var stored = namespace.kubectl("get", "configmaps", "-o", "name").ok();
            assertThat(acknowledged).hasSizeGreaterThan(50);
            assertThat(stored.lines().map(line -> line.substring(line.indexOf('/') + 1)))
                    .containsAll(acknowledged);
            assertThat(namespace.value("pods", ".items[*].status.containerStatuses[*].restartCount"))
                    .as("a container outlives its agent")
                    .matches("0( 0)*");
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
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        Result result;
        do {
            result = namespace.kubectl("scale", DEPLOYMENT, "--replicas=" + replicas);
        } while (!result.succeeded() && System.nanoTime() < deadline);
        result.ok();
    }

    @Test
    void a_leader_that_stood_still_and_was_replaced_writes_nothing_any_more(Lab lab) throws Exception {
        try (var namespace = Namespace.create(lab, "fence");
                var client = client(lab)) {
            lab.eventually(it -> assertThat(it.leader("scheduler")).isNotEmpty());
            var paused = lab.leader("scheduler");
            var itsTerm = fence(lab);
            write(client.fencedBy(itsTerm), namespace, "while-it-leads");
            lab.flotilla("pause", paused).ok();
            try {
                namespace.applyExample("nginx-deployment.yaml").ok();
                lab.eventually(
                        it -> assertThat(it.leader("scheduler")).isNotEmpty().isNotEqualTo(paused));
            } finally {
                lab.flotilla("resume", paused).ok();
            }
            var successor = lab.leader("scheduler");
            var itsSuccessorsTerm = fence(lab);

            assertThatThrownBy(() -> write(client.fencedBy(itsTerm), namespace, "too-late"))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            refused -> assertThat(refused.isConflict()).isTrue())
                    .hasMessageContaining("held by another");
            // It may lose its own term between the look and the write.
            await().ignoreException(ApiException.Refused.class).untilAsserted(() -> {
                write(client.fencedBy(fence(lab)), namespace, "of-the-successor");
            });
            assertThat(namespace.kubectl("get", "configmaps", "-o", "name").ok())
                    .contains("while-it-leads", "of-the-successor")
                    .doesNotContain("too-late");

            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            lab.awaitAllReady();
            lab.eventually(it -> {
                // A successor that is short of time itself may be replaced in its turn.
                assertThat(it.leader("scheduler")).isNotEmpty();
                if (fence(it).equals(itsSuccessorsTerm)) {
                    assertThat(it.leader("scheduler")).isEqualTo(successor);
                }
            });
            lab.eventually(
                    it -> assertThat(it.status(paused).path("role").asText()).isEqualTo("standby"));
        }
    }

    /** A client of the kind that leaders have. */
    private static GrpcApiClient client(Lab lab) throws IOException {
        var trust = new ClusterTrust(lab.directory().resolve("pki"));
        var ports = new ObjectMapper()
                .readTree(Files.readString(lab.directory().resolve("plan.json")))
                .path("ports");
        var servers = IntStream.rangeClosed(1, 3)
                .mapToObj(i ->
                        "127.0.0.1:" + ports.path("apiserver-" + i + ".grpc").asInt())
                .toList();
        return GrpcApiClient.open(
                new ClientConfig(
                        servers,
                        trust.authority(),
                        trust.certificate("admin"),
                        trust.key("admin"),
                        ClientConfig.DEFAULT_REQUEST_TIMEOUT),
                new Random());
    }

    /** That under which the scheduler that leads now writes. */
    private static Fence fence(Lab lab) {
        var spec = lab.get("lease", "kube-scheduler", "-n", "kube-system").path("spec");
        return new Fence(
                "kube-system",
                "kube-scheduler",
                spec.path("holderIdentity").asText(),
                spec.path("leaseTransitions").asInt());
    }

    private static void write(ApiClient client, Namespace namespace, String name) {
        client.resource(ResourceTypes.CONFIG_MAPS)
                .create(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName(name)
                        .endMetadata()
                        .build());
    }
}
