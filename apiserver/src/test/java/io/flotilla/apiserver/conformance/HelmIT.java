package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.Release;
import com.marcnuri.helm.ReleaseHistory;
import com.marcnuri.helm.UpgradeCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Helm does, unmodified, as the native library that helm-java brings, with a runtime of its own: hence in a JVM of
 * its own, too. No controller runs here: the tests play those whom Helm waits for.
 */
@ExtendWith(Cluster.class)
@Tag("helm")
@EnabledOnOs(
        value = OS.LINUX,
        architectures = "amd64",
        disabledReason = "Helm's library is tried on Linux on amd64 alone")
@Timeout(600)
final class HelmIT {
    private static final String DEFINITION =
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ships.fleet.example.com";

    private final Cluster.Running cluster;
    private final Rest admin;

    @TempDir
    private Path directory = Path.of("");

    private String namespace = "";
    private Path access = Path.of("");
    private Helm fleet = new Helm(Path.of(""));

    HelmIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void prepare() throws Exception {
        namespace = cluster.namespace();
        Certificates certificates = cluster.certificates();
        access = Files.writeString(
                directory.resolve("kubeconfig"),
                Json.text(
                        "{apiVersion: 'v1', kind: 'Config', 'current-context': 'it',"
                                + " contexts: [{name: 'it', context: {cluster: 'it', user: 'it'}}],"
                                + " clusters: [{name: 'it', cluster: {server: 'https://127.0.0.1:%d', 'certificate-authority': '%s'}}],"
                                + " users: [{name: 'it', user: {'client-certificate': '%s', 'client-key': '%s'}}]}",
                        cluster.restPort(),
                        certificates.authority(),
                        certificates.certificate(Cluster.ADMIN),
                        certificates.key(Cluster.ADMIN)));
        fleet = new Helm(Path.of(Objects.requireNonNull(HelmIT.class.getResource("/charts/fleet"))
                .toURI()));
    }

    /** Helm leaves definitions behind, and other tests are to find none. */
    @AfterEach
    void removeDefinition() throws Exception {
        if (admin.get(DEFINITION).code() == 200) {
            admin.delete(DEFINITION).expect(200);
            Awaitility.await().until(() -> admin.get(DEFINITION).code() == 404);
        }
    }

    private InstallCommand install(String name) {
        return fleet.install().withName(name).withNamespace(namespace).withKubeConfig(access);
    }

    private UpgradeCommand upgrade(String name) {
        return fleet.upgrade().withName(name).withNamespace(namespace).withKubeConfig(access);
    }

    private List<ReleaseHistory> history(String name) {
        return Helm.history(name).withNamespace(namespace).withKubeConfig(access).call().stream()
                .sorted(Comparator.comparingInt(ReleaseHistory::getRevision))
                .toList();
    }

    private List<String> statuses(String name) {
        return history(name).stream().map(ReleaseHistory::getStatus).toList();
    }

    private String of(String group, String resource, String name) {
        return "/" + group + "/namespaces/" + namespace + "/" + resource + "/" + name;
    }

    private JsonNode get(String group, String resource, String name) throws IOException, InterruptedException {
        return admin.get(of(group, resource, name)).expect(200).json();
    }

    private boolean isThere(String group, String resource, String name) throws IOException, InterruptedException {
        return admin.get(of(group, resource, name)).code() == 200;
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatIllegalStateException().isThrownBy(call).withMessageContaining(message);
    }

    private static <T> FutureTask<T> start(Callable<T> call) {
        var task = new FutureTask<>(call);
        Thread.ofPlatform().name("helm").daemon().start(task);
        return task;
    }

    /** Plays the Job's controller. */
    private void end(String job, String condition) throws IOException, InterruptedException {
        Awaitility.await().until(() -> isThere("apis/batch/v1", "jobs", job));
        boolean complete = condition.equals("Complete");
        admin.patch(
                        of("apis/batch/v1", "jobs", job) + "/status",
                        Rest.MERGE_PATCH,
                        "{status: {startTime: '2026-01-01T00:00:00Z', %s: 1, %s conditions: ["
                                + "{type: '%s', status: 'True', reason: 'Played', lastTransitionTime: '2026-01-01T00:00:01Z'},"
                                + "{type: '%s', status: 'True', reason: 'Played', lastTransitionTime: '2026-01-01T00:00:01Z'}]}}",
                        complete ? "succeeded" : "failed",
                        complete ? "completionTime: '2026-01-01T00:00:01Z'," : "",
                        complete ? "SuccessCriteriaMet" : "FailureTarget",
                        condition)
                .expect(200);
    }

    @Test
    void theChartThatHelmMakesIsInstalledUpgradedAndUninstalled() throws Exception {
        String made = namespace + "-made";
        Helm web = Helm.create().withName("web").withDir(directory).call();
        assertThat(web.lint().call().isFailed()).isFalse();

        Release installed = web.install()
                .withName("web")
                .withNamespace(made)
                .createNamespace()
                .withKubeConfig(access)
                .call();
        assertThat(installed.getStatus()).isEqualTo("deployed");
        namespace = made;
        assertThat(get("apis/apps/v1", "deployments", "web").at("/metadata/labels/app.kubernetes.io~1managed-by"))
                .hasToString("\"Helm\"");
        assertThat(admin.get("/api/v1/namespaces/" + made + "/secrets?fieldSelector=type=helm.sh/release.v1")
                        .names())
                .containsExactly("sh.helm.release.v1.web.v1");
        assertThat(Helm.list().withNamespace(made).withKubeConfig(access).call())
                .extracting(Release::getName)
                .containsExactly("web");

        Release upgraded = web.upgrade()
                .withName("web")
                .withNamespace(made)
                .withKubeConfig(access)
                .set("replicaCount", 2)
                .call();
        assertThat(upgraded.getRevision()).isEqualTo("2");
        assertThat(get("apis/apps/v1", "deployments", "web")
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(2);
        assertThat(statuses("web")).containsExactly("superseded", "deployed");
        assertThat(Helm.status("web")
                        .withNamespace(made)
                        .withKubeConfig(access)
                        .call()
                        .getRevision())
                .isEqualTo("2");

        Helm.uninstall("web").withNamespace(made).withKubeConfig(access).call();
        assertThat(isThere("apis/apps/v1", "deployments", "web")).isFalse();
        assertThat(admin.get("/api/v1/namespaces/" + made + "/secrets").names()).isEmpty();
    }

    @Test
    void aDryRunOnTheServerChangesNothing() throws Exception {
        Release release = install("fleet").withDryRunOption(DryRun.SERVER).call();

        assertThat(release.getStatus()).isEqualTo("pending-install");
        assertThat(isThere("api/v1", "configmaps", "fleet")).isFalse();
        assertThat(isThere("apis/apps/v1", "deployments", "fleet")).isFalse();
        assertThat(admin.get(DEFINITION).code()).isEqualTo(404);
    }

    @Test
    void templatesLookUpWhatTheClusterHas() throws Exception {
        install("fleet").call();

        JsonNode data = get("api/v1", "configmaps", "fleet").get("data");
        assertThat(data)
                .isEqualTo(Json.object(
                        "{colour: 'red', server: '%s', knowsDeployments: 'true', account: 'default', missing: '{}', accounts: '1'}",
                        admin.get("/version").at("/gitVersion")));
    }

    @Test
    void aDefinitionComesBeforeItsObjects() throws Exception {
        install("fleet").set("ship", true).call();
        assertThat(get("apis/fleet.example.com/v1", "ships", "fleet").get("spec"))
                .isEqualTo(Json.object("{oars: 2, sail: 'white'}"));

        admin.patch(of("apis/fleet.example.com/v1", "ships", "fleet"), Rest.MERGE_PATCH, "{spec: {oars: 4}}")
                .expect(200);
        upgrade("fleet").set("ship", true).set("sail", "red").call();
        assertThat(get("apis/fleet.example.com/v1", "ships", "fleet").get("spec"))
                .isEqualTo(Json.object("{oars: 4, sail: 'red'}"));

        refused(
                "cannot patch \"fleet\" with kind Ship: Ship.fleet.example.com \"fleet\" is invalid: spec.sail:"
                        + " Unsupported value: \"black\": supported values: \"white\", \"red\"",
                () -> upgrade("fleet").set("ship", true).set("sail", "black").call());

        upgrade("fleet").set("ship", false).call();
        assertThat(isThere("apis/fleet.example.com/v1", "ships", "fleet")).isFalse();
        Helm.uninstall("fleet").withNamespace(namespace).withKubeConfig(access).call();
        assertThat(admin.get(DEFINITION).code()).isEqualTo(200);
    }

    @Test
    void anUpgradeKeepsWhatOthersHaveAdded() throws Exception {
        install("fleet").set("extraPort", true).call();
        admin.patch(
                        of("apis/apps/v1", "deployments", "fleet"),
                        Rest.STRATEGIC_PATCH,
                        "{spec: {replicas: 3, template: {spec: {containers: [{name: 'web', env: [{name: 'ADDED', value: 'x'}]},"
                                + " {name: 'side', image: 'busybox'}]}}}}")
                .expect(200);

        upgrade("fleet").set("colour", "blue").call();

        JsonNode deployment = get("apis/apps/v1", "deployments", "fleet").get("spec");
        assertThat(deployment.get("replicas").asInt()).isEqualTo(3);
        assertThat(deployment.at("/template/spec/containers").findValuesAsText("name"))
                .containsExactlyInAnyOrder("web", "ADDED", "COLOUR", "side");
        assertThat(deployment.at("/template/spec/containers").findValuesAsText("value"))
                .containsExactlyInAnyOrder("x", "blue");
        assertThat(get("api/v1", "services", "fleet").at("/spec/ports").findValuesAsText("name"))
                .containsExactly("http");
    }

    @Test
    void whatCannotBeChangedIsRefused() {
        install("fleet").call();

        refused(
                "cannot patch \"fleet\" with kind Service: Service \"fleet\" is invalid: spec.clusterIPs[0]: Invalid"
                        + " value: [\"192.0.2.1\"]: may not change once set",
                () -> upgrade("fleet").set("clusterIP", "192.0.2.1").call());
        refused(
                "cannot patch \"fleet\" with kind Deployment: Deployment.apps \"fleet\" is invalid: spec.selector:"
                        + " Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is immutable",
                () -> upgrade("fleet").set("app", "other").call());
        refused(
                "cannot patch \"fleet\" with kind StatefulSet: StatefulSet.apps \"fleet\" is invalid: spec: Forbidden:"
                        + " updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                        + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                        + " 'minReadySeconds' are forbidden",
                () -> upgrade("fleet").set("serviceName", "other").call());
        assertThat(statuses("fleet")).containsExactly("deployed", "failed", "failed", "failed");

        upgrade("fleet").set("colour", "blue").call();
        assertThat(statuses("fleet")).containsExactly("superseded", "failed", "failed", "failed", "deployed");
    }

    @Test
    void anAtomicUpgradeThatFailsIsRolledBack() throws Exception {
        install("fleet").set("workloads", false).call();

        refused(
                "may not change once set",
                () -> upgrade("fleet")
                        .set("workloads", false)
                        .set("colour", "blue")
                        .set("clusterIP", "192.0.2.1")
                        .atomic()
                        .withTimeout(Cluster.PATIENCE_SECONDS)
                        .call());

        assertThat(get("api/v1", "configmaps", "fleet").at("/data/colour").asText())
                .isEqualTo("red");
        assertThat(statuses("fleet")).containsExactly("superseded", "failed", "deployed");
        assertThat(history("fleet").getLast().getDescription()).isEqualTo("Rollback to 1");
    }

    @Test
    void hooksAreWaitedFor() throws Exception {
        FutureTask<Release> installing =
                start(() -> install("fleet").set("hook", true).call());
        end("fleet-before", "Complete");

        assertThat(installing.get().getStatus()).isEqualTo("deployed");
        assertThat(isThere("apis/batch/v1", "jobs", "fleet-before")).isFalse();
        assertThat(get("api/v1", "configmaps", "fleet-after")
                        .at("/data/revision")
                        .asText())
                .isEqualTo("1");

        FutureTask<Release> upgrading = start(
                () -> upgrade("fleet").set("hook", true).set("colour", "blue").call());
        end("fleet-before", "Failed");

        assertThat(upgrading)
                .failsWithin(Duration.ofSeconds(Cluster.PATIENCE_SECONDS))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("pre-upgrade hooks failed")
                .withMessageContaining("job fleet-before failed: Played");
        assertThat(get("api/v1", "configmaps", "fleet").at("/data/colour").asText())
                .isEqualTo("red");
    }

    @Test
    void aReleaseIsTested() throws Exception {
        install("fleet").call();

        FutureTask<Release> testing = start(() -> Helm.test("fleet")
                .withNamespace(namespace)
                .withKubeConfig(access)
                .call());
        Awaitility.await().until(() -> isThere("api/v1", "pods", "fleet-test"));
        admin.patch(of("api/v1", "pods", "fleet-test") + "/status", Rest.MERGE_PATCH, "{status: {phase: 'Succeeded'}}")
                .expect(200);

        assertThat(testing.get().getStatus()).isEqualTo("deployed");
    }

    @Test
    void anUninstalledReleaseMayLeaveItsHistory() throws Exception {
        install("fleet").call();
        refused(
                "cannot re-use a name that is still in use",
                () -> install("fleet").call());

        Helm.uninstall("fleet")
                .keepHistory()
                .withNamespace(namespace)
                .withKubeConfig(access)
                .call();

        assertThat(statuses("fleet")).containsExactly("uninstalled");
        assertThat(isThere("apis/apps/v1", "deployments", "fleet")).isFalse();
        assertThat(isThere("api/v1", "services", "fleet")).isFalse();
    }
}
