package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Deployments, replica sets, services and ConfigMaps, as tutorials use them. */
@ExtendWith(SharedLab.class)
class WorkloadIT {
    private static final String DEPLOYMENT = "deployment/nginx-deployment";

    @TempDir
    private Path temporary = Path.of("");

    @Test
    void a_deployment_is_rolled_out_scaled_updated_and_rolled_back(Lab lab) {
        try (var namespace = Namespace.create(lab, "rollout")) {
            namespace.applyExample("nginx-deployment.yaml").ok();
            assertThat(namespace
                            .kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s")
                            .ok())
                    .contains("successfully rolled out");
            assertThat(namespace.kubectl("get", "deployment").ok()).containsPattern("nginx-deployment +3/3 +3 +3");
            assertThat(namespace.value(DEPLOYMENT, ".metadata.generation"))
                    .as("what the controllers note is no change of the Deployment")
                    .isEqualTo("1");
            assertThat(namespace
                            .kubectl("get", "pods", "-o", "wide", "--show-labels")
                            .ok())
                    .contains("app=nginx", "1/1", "Running", "node-");
            lab.eventually(it -> assertThat(
                            namespace.kubectl("describe", DEPLOYMENT).ok())
                    .contains("3 desired | 3 updated | 3 total | 3 available | 0 unavailable", "ScalingReplicaSet"));

            namespace.kubectl("scale", DEPLOYMENT, "--replicas=5").ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            assertThat(namespace.value(DEPLOYMENT, ".status.readyReplicas")).isEqualTo("5");

            namespace.kubectl("set", "image", DEPLOYMENT, "nginx=nginx:1.9.1").ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            assertThat(namespace.kubectl("rollout", "history", DEPLOYMENT).ok())
                    .containsPattern("1 +<none>\\s+2 +<none>");
            assertThat(namespace.value("pods", ".items[*].spec.containers[0].image"))
                    .contains("nginx:1.9.1");

            namespace.kubectl("rollout", "undo", DEPLOYMENT).ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            assertThat(namespace.value(DEPLOYMENT, ".spec.template.spec.containers[0].image"))
                    .isEqualTo("nginx:1.7.9");

            namespace.kubectl("rollout", "pause", DEPLOYMENT).ok();
            namespace.kubectl("set", "image", DEPLOYMENT, "nginx=nginx:1.9.1").ok();
            assertThat(namespace.value(DEPLOYMENT, ".spec.paused")).isEqualTo("true");
            namespace.kubectl("rollout", "resume", DEPLOYMENT).ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();

            namespace.kubectl("rollout", "restart", DEPLOYMENT).ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            assertThat(namespace.kubectl("get", DEPLOYMENT, "-o", "yaml").ok())
                    .contains("kubectl.kubernetes.io/restartedAt");
        }
    }

    @Test
    void deleting_an_owner_deletes_what_it_owns_unless_told_otherwise(Lab lab) {
        try (var namespace = Namespace.create(lab, "cascade")) {
            namespace.applyExample("frontend-replicaset.yaml").ok();
            namespace
                    .kubectl("wait", "--for=jsonpath={.status.readyReplicas}=3", "rs/frontend", "--timeout=180s")
                    .ok();

            namespace.kubectl("delete", "rs", "frontend", "--cascade=orphan").ok();
            assertThat(namespace.kubectl("get", "pods", "-o", "name").ok().lines())
                    .hasSize(3);

            namespace.applyExample("frontend-replicaset.yaml").ok();
            lab.eventually(it -> assertThat(namespace.value("pods", ".items[*].metadata.ownerReferences[0].name"))
                    .isEqualTo("frontend frontend frontend"));
            namespace
                    .kubectl("delete", "rs", "frontend", "--cascade=foreground", "--timeout=180s")
                    .ok();
            assertThat(namespace.kubectl("get", "pods", "-o", "name").ok()).isEmpty();

            namespace.applyExample("frontend-replicaset.yaml").ok();
            namespace
                    .kubectl("wait", "--for=jsonpath={.status.readyReplicas}=3", "rs/frontend", "--timeout=180s")
                    .ok();
            namespace.kubectl("delete", "rs", "frontend").ok();
            lab.eventually(it -> assertThat(
                            namespace.kubectl("get", "pods", "-o", "name").ok())
                    .isEmpty());
        }
    }

    @Test
    void a_service_reaches_the_pods_that_it_selects(Lab lab) {
        try (var namespace = Namespace.create(lab, "service")) {
            namespace.applyExample("nginx-deployment.yaml").ok();
            namespace.applyExample("nginx-service.yaml").ok();
            namespace.kubectl("rollout", "status", DEPLOYMENT, "--timeout=180s").ok();
            var address = namespace.value("service/nginx", ".spec.clusterIP");

            lab.eventually(it -> assertThat(fetch("http://" + address + "/")).contains("nginx"));
            lab.eventually(it -> assertThat(namespace
                            .kubectl(
                                    "get",
                                    "endpointslices",
                                    "-l",
                                    "kubernetes.io/service-name=nginx",
                                    "-o",
                                    "jsonpath={.items[*].endpoints[*].addresses[0]}")
                            .ok()
                            .split(" "))
                    .hasSize(3));
            assertThat(namespace.kubectl("describe", "service", "nginx").ok()).contains("Endpoints:", address);
        }
    }

    @Test
    void configmaps_are_made_of_files_and_literals_and_edited(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "configmaps")) {
            var file = Files.writeString(temporary.resolve("game.properties"), "lives=3\n");
            namespace
                    .kubectl("create", "configmap", "game", "--from-file=" + file, "--from-literal=colour=green")
                    .ok();
            assertThat(namespace.value("configmap/game", ".data.game\\.properties"))
                    .isEqualTo("lives=3\n");

            var edited = lab.edit("sed -i s/green/blue/", "-n", namespace.name(), "edit", "configmap", "game");
            assertThat(edited.ok()).contains("configmap/game edited");
            assertThat(namespace.value("configmap/game", ".data.colour")).isEqualTo("blue");

            namespace.kubectl("annotate", "configmap", "game", "owner=us").ok();
            namespace.kubectl("label", "configmap", "game", "tier=test").ok();
            assertThat(namespace
                            .kubectl("get", "configmap", "-l", "tier=test", "-o", "name")
                            .ok())
                    .isEqualTo("configmap/game\n");
            namespace
                    .kubectl("patch", "configmap", "game", "--type=merge", "-p", "{\"data\":{\"colour\":null}}")
                    .ok();
            assertThat(namespace.value("configmap/game", ".data.colour")).isEmpty();
        }
    }

    @Test
    void a_manifest_is_compared_and_applied_by_the_server(Lab lab) throws IOException {
        try (var namespace = Namespace.create(lab, "server-side")) {
            var one = manifest("one", "red");
            namespace.kubectl("apply", "--server-side", "-f", one).ok();
            assertThat(namespace.kubectl("diff", "--server-side", "-f", one).ok())
                    .isEmpty();

            var other = manifest("other", "blue");
            var difference = namespace.kubectl("diff", "--server-side", "-f", other);
            assertThat(difference.exit()).isEqualTo(1);
            assertThat(difference.output()).contains("-  color: red", "+  color: blue");

            assertThat(namespace
                            .kubectl("apply", "--server-side", "--field-manager=someone", "-f", other)
                            .failed())
                    .contains("Apply failed with 1 conflict: conflict with \"kubectl\": .data.color");
            namespace
                    .kubectl("apply", "--server-side", "--field-manager=someone", "--force-conflicts", "-f", other)
                    .ok();
            assertThat(namespace.value("configmap/paint", ".data.color")).isEqualTo("blue");
        }
    }

    private String manifest(String file, String color) throws IOException {
        return Files.writeString(temporary.resolve(file + ".yaml"), """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: paint}
                        data: {color: %s}
                        """.formatted(color))
                .toString();
    }

    @Test
    void a_quota_is_counted_and_gives_back_what_is_deleted(Lab lab) {
        try (var namespace = Namespace.create(lab, "quota")) {
            namespace.kubectl("create", "configmap", "before").ok();
            namespace
                    .kubectl("create", "quota", "few", "--hard=pods=1,count/deployments.apps=1,configmaps=9")
                    .ok();
            lab.eventually(it -> assertThat(
                            namespace.kubectl("describe", "quota", "few").ok())
                    .containsPattern("configmaps +2 +9")
                    .containsPattern("count/deployments.apps +0 +1")
                    .containsPattern("pods +0 +1"));
            namespace.applyExample("nginx-deployment.yaml").ok();
            lab.eventually(it -> assertThat(
                            namespace.kubectl("get", "pods", "-o", "name").ok().lines())
                    .hasSize(1));
            assertThat(namespace
                            .kubectl("create", "deployment", "another", "--image=nginx")
                            .failed())
                    .contains("exceeded quota: few, requested: count/deployments.apps=1, used:"
                            + " count/deployments.apps=1, limited: count/deployments.apps=1");
            namespace.kubectl("delete", DEPLOYMENT, "--cascade=foreground").ok();
            lab.eventually(it -> assertThat(namespace.value("quota/few", ".status.used"))
                    .contains("\"pods\":\"0\"", "\"count/deployments.apps\":\"0\""));
            namespace
                    .kubectl("create", "deployment", "another", "--image=nginx")
                    .ok();
        }
    }

    @Test
    void a_finalizer_holds_back_deletion(Lab lab) {
        try (var namespace = Namespace.create(lab, "finalizers")) {
            namespace.apply("""
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: held, finalizers: [example.com/hold]}
                    """).ok();
            namespace.kubectl("delete", "configmap", "held", "--wait=false").ok();
            assertThat(namespace.value("configmap/held", ".metadata.deletionTimestamp"))
                    .isNotEmpty();

            namespace
                    .kubectl(
                            "patch",
                            "configmap",
                            "held",
                            "--type=json",
                            "-p",
                            "[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]")
                    .ok();
            assertThat(namespace.kubectl("get", "configmap", "held").failed()).contains("NotFound");
        }
    }

    private static String fetch(String url) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(30_000);
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
