package io.flotilla.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What kubectl shows: every output form, discovery, explain, and clear words for bad input. */
@ExtendWith(SharedLab.class)
class ReadingIT {
    @TempDir
    private Path temporary = Path.of("");

    @Test
    void nodes_are_shown_in_every_form(Lab lab) {
        assertThat(lab.kubectl("get", "nodes", "-o", "wide").ok())
                .contains("NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "CONTAINER-RUNTIME")
                .containsPattern("node-1 +Ready");
        assertThat(lab.kubectl("get", "nodes", "-o", "name").ok()).isEqualTo("node/node-1\nnode/node-2\nnode/node-3\n");
        assertThat(lab.kubectl("get", "nodes", "-o", "yaml").ok()).contains("kind: List", "kind: Node");
        assertThat(lab.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")
                        .ok())
                .isEqualTo("node-1 node-2 node-3");
        assertThat(lab.kubectl(
                                "get",
                                "nodes",
                                "-o",
                                "custom-columns=N:.metadata.name,OS:.status.nodeInfo.operatingSystem")
                        .ok())
                .contains("N ", "node-2", "linux");
        assertThat(lab.kubectl("get", "node", "node-1", "--show-labels").ok())
                .contains("kubernetes.io/hostname=node-1");
        assertThat(lab.kubectl("get", "--raw", "/readyz").ok()).isEqualTo("ok");
    }

    @Test
    void each_api_server_has_a_context_of_its_own(Lab lab) {
        for (var context : new String[] {"apiserver-1", "apiserver-2", "apiserver-3"}) {
            assertThat(lab.kubectl("--context", context, "get", "nodes", "-o", "name")
                            .ok())
                    .contains("node/node-1");
        }
    }

    @Test
    void a_cluster_has_its_namespaces_and_its_service(Lab lab) {
        assertThat(lab.kubectl("get", "namespaces", "-o", "name").ok())
                .contains(
                        "namespace/default",
                        "namespace/kube-system",
                        "namespace/kube-public",
                        "namespace/kube-node-lease");
        assertThat(lab.kubectl("get", "service", "kubernetes").ok()).contains("ClusterIP", "443/TCP");
        assertThat(lab.kubectl("get", "serviceaccount", "default").ok()).contains("default");
        assertThat(lab.kubectl("get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}")
                        .ok())
                .contains("BEGIN CERTIFICATE");
    }

    @Test
    void the_api_describes_itself(Lab lab) {
        assertThat(lab.kubectl("api-resources").ok())
                .containsPattern("deployments +deploy +apps/v1 +true +Deployment")
                .containsPattern("nodes +no +v1 +false +Node");
        assertThat(lab.kubectl("api-versions").ok()).contains("apps/v1\n", "v1\n", "coordination.k8s.io/v1\n");
        assertThat(lab.kubectl("explain", "deployment.spec.replicas").ok()).contains("FIELD: replicas <integer>");
        assertThat(lab.kubectl("explain", "pod.spec.containers").ok()).contains("<[]Container>", "image\t<string>");
        assertThat(lab.kubectl("version").ok()).contains("Server Version: v1.36");
        assertThat(lab.kubectl("cluster-info").ok()).contains("is running at");
    }

    @Test
    void the_admin_may_do_everything(Lab lab) {
        assertThat(lab.kubectl("auth", "can-i", "*", "*", "--all-namespaces")
                        .ok()
                        .strip())
                .isEqualTo("yes");
        assertThat(lab.kubectl("auth", "can-i", "delete", "nodes").ok().strip()).isEqualTo("yes");
    }

    @Test
    void etcd_holds_the_keys_that_kubernetes_uses(Lab lab) {
        assertThat(lab.flotilla("etcdctl", "get", "/registry", "--prefix", "--keys-only")
                        .ok())
                .contains(
                        "/registry/minions/node-1\n",
                        "/registry/namespaces/default\n",
                        "/registry/leases/kube-system/kube-scheduler\n");
    }

    @Test
    void changes_are_watched(Lab lab) throws Exception {
        try (var namespace = Namespace.create(lab, "watching")) {
            var output = temporary.resolve("watched.txt");
            var watch = lab.shell()
                    .start(
                            List.of("kubectl", "-n", namespace.name(), "get", "configmaps", "-w", "--no-headers"),
                            output,
                            temporary.resolve("watch-err"));
            try {
                await().until(() -> Files.readString(output).contains("kube-root-ca.crt"));
                namespace
                        .kubectl("create", "configmap", "seen", "--from-literal=a=b")
                        .ok();
                await().until(() -> Files.readString(output).contains("seen "));
            } finally {
                watch.destroy();
            }
        }
    }

    @Test
    void malformed_and_invalid_bodies_get_the_status_of_kubernetes(Lab lab) throws Exception {
        var pods = "/api/v1/namespaces/default/pods";
        var malformed = Files.writeString(temporary.resolve("malformed.json"), "{\"kind\": \"Pod\", ");
        assertThat(lab.kubectl("create", "--raw", pods, "-f", malformed.toString())
                        .failed())
                .contains("Error from server (BadRequest)", "unexpected end of JSON input");
        var invalid = Files.writeString(
                temporary.resolve("invalid.json"),
                "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"No\"},"
                        + " \"spec\": {\"containers\": [{\"name\": \"a\"}], \"restartPolicy\": \"Sometimes\"}}");
        assertThat(lab.kubectl("create", "-f", invalid.toString()).failed())
                .contains(
                        "The Pod \"No\" is invalid",
                        "* metadata.name: Invalid value: \"No\"",
                        "* spec.containers[0].image: Required value",
                        "* spec.restartPolicy: Unsupported value: \"Sometimes\": supported values:");
        assertThat(lab.kubectl("get", "pods", "-o", "name").ok()).doesNotContain("pod/No");
    }

    @Test
    void bad_input_is_answered_as_kubernetes_does(Lab lab) throws Exception {
        assertThat(lab.kubectl("get", "unicorns").failed())
                .contains("the server doesn't have a resource type \"unicorns\"");
        assertThat(lab.kubectl("get", "pod", "nobody").failed())
                .contains("Error from server (NotFound): pods \"nobody\" not found");
        assertThat(lab.kubectl("create", "configmap", "Not_A_Name").failed())
                .contains("metadata.name: Invalid value: \"Not_A_Name\"");
        assertThat(lab.kubectl("create", "namespace", "default").failed())
                .contains("Error from server (AlreadyExists): namespaces \"default\" already exists");
        assertThat(lab.apply("kind: Pod\n  apiVersion: v1").failed()).contains("error");
        assertThat(lab.apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: broken}
                spec: {replicas: 1, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: b}},
                  spec: {containers: [{name: c, image: nginx}]}}}
                """).failed()).contains("`selector` does not match template `labels`");
        var large = Files.writeString(temporary.resolve("large.txt"), "x".repeat(4 << 20));
        assertThat(lab.kubectl("create", "configmap", "large", "--from-file=" + large)
                        .failed())
                .contains("Request entity too large: limit is 3145728");
        var created = lab.kubectl("create", "configmap", "versioned", "--from-literal=a=b", "-o", "yaml")
                .ok();
        lab.kubectl("label", "configmap", "versioned", "touched=yes").ok();
        assertThat(lab.shell()
                        .run(List.of("kubectl", "replace", "-f", "-"), created)
                        .failed())
                .contains("Error from server (Conflict)", "the object has been modified");
        lab.kubectl("delete", "configmap", "versioned").ok();
    }
}
