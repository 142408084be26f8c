package io.flotilla.controllermanager.resourcequota;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.object.ObjectJson;
import io.flotilla.machinery.quota.QuotaUsage.Counted;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceType;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResourceQuotaControllerTest {
    private static final List<String> VERBS = List.of("create", "delete", "get", "list", "watch");
    private static final ResourceType<PartialObjectMetadata> WIDGETS =
            ResourceTypes.metadataOf("example.com", "v1", "widgets", "Widget", true);

    private final Harness harness = new Harness();

    @BeforeEach
    void serve() {
        harness.cluster().serve(new DiscoveredResource("", "v1", "secrets", "Secret", true, VERBS, true));
        harness.cluster().serve(new DiscoveredResource("", "v1", "nodes", "Node", false, VERBS, true));
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    private void quota(String name, Map<String, String> hard, String... scopes) {
        harness.api(ResourceTypes.RESOURCE_QUOTAS)
                .create(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withHard(quantities(hard))
                        .withScopes(scopes)
                        .endSpec()
                        .build());
    }

    private static Map<String, Quantity> quantities(Map<String, String> texts) {
        return texts.entrySet().stream().collect(toMap(Map.Entry::getKey, each -> Quantity.parse(each.getValue())));
    }

    private Map<String, Quantity> used(String name) {
        return harness.get(ResourceTypes.RESOURCE_QUOTAS, name).getStatus().getUsed();
    }

    private void awaitUsed(String name, Map<String, String> used) {
        eventually().untilAsserted(() -> assertThat(used(name)).isEqualTo(quantities(used)));
    }

    private Pod pod(String name, String cpu) {
        return harness.api(ResourceTypes.PODS)
                .create(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withNewResources()
                        .addToRequests("cpu", Quantity.parse(cpu))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build());
    }

    private void secret(String namespace, String name) {
        harness.api(ResourceTypes.SECRETS)
                .create(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .build());
    }

    private long statusWrites() {
        return harness.cluster().actions().stream()
                .filter(action -> action.subresource().equals("status")
                        && action.resource().equals("resourcequotas"))
                .count();
    }

    @Test
    void countsWhatIsThereIntoANewQuota() {
        pod("a", "100m");
        pod("b", "1500m");
        secret(Harness.NAMESPACE, "s");
        secret("other", "t");
        harness.api(ResourceTypes.SERVICES)
                .create(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName("web")
                        .endMetadata()
                        .withNewSpec()
                        .withType("NodePort")
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build());
        harness.api(ResourceTypes.PERSISTENT_VOLUME_CLAIMS)
                .create(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withNamespace(Harness.NAMESPACE)
                        .withName("data")
                        .endMetadata()
                        .withNewSpec()
                        .withStorageClassName("gold")
                        .withNewResources()
                        .addToRequests("storage", Quantity.parse("5Gi"))
                        .endResources()
                        .endSpec()
                        .build());
        Map<String, String> hard = Map.of(
                "pods", "10",
                "requests.cpu", "4",
                "limits.memory", "1Gi",
                "secrets", "3",
                "count/secrets", "3",
                "services.nodeports", "2",
                "requests.storage", "10Gi",
                "gold.storageclass.storage.k8s.io/persistentvolumeclaims", "2",
                "resourcequotas", "1");
        quota("q", hard);
        harness.run(ResourceQuotaController::new);
        awaitUsed(
                "q",
                Map.of(
                        "pods", "2",
                        "requests.cpu", "1600m",
                        "limits.memory", "0",
                        "secrets", "1",
                        "count/secrets", "1",
                        "services.nodeports", "1",
                        "requests.storage", "5Gi",
                        "gold.storageclass.storage.k8s.io/persistentvolumeclaims", "1",
                        "resourcequotas", "1"));
        assertThat(harness.get(ResourceTypes.RESOURCE_QUOTAS, "q").getStatus().getHard())
                .isEqualTo(quantities(hard));
        assertThat(statusWrites()).isEqualTo(1);
    }

    @Test
    void countsOnlyWhatIsInItsScopes() {
        pod("a", "100m");
        harness.api(ResourceTypes.PODS)
                .create(new PodBuilder(pod("b", "1"))
                        .editMetadata()
                        .withName("c")
                        .endMetadata()
                        .editSpec()
                        .withActiveDeadlineSeconds(5L)
                        .endSpec()
                        .build());
        quota("ending", Map.of("pods", "10", "requests.cpu", "4"), "Terminating", "NotBestEffort");
        quota("idle", Map.of("pods", "10"), "BestEffort");
        harness.run(ResourceQuotaController::new);
        awaitUsed("ending", Map.of("pods", "1", "requests.cpu", "1"));
        awaitUsed("idle", Map.of("pods", "0"));
    }

    @Test
    void givesBackWhatDeletedAndFinishedPodsUsed() {
        Pod done = pod("done", "1");
        Pod gone = pod("gone", "2");
        quota("q", Map.of("pods", "10", "requests.cpu", "9", "count/pods", "10"));
        harness.run(ResourceQuotaController::new);
        awaitUsed("q", Map.of("pods", "2", "requests.cpu", "3", "count/pods", "2"));
        harness.changeStatus(
                ResourceTypes.PODS,
                done,
                pod -> new PodBuilder(pod)
                        .withNewStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build());
        awaitUsed("q", Map.of("pods", "1", "requests.cpu", "2", "count/pods", "2"));
        harness.api(ResourceTypes.PODS).delete(ObjectKey.of(gone));
        awaitUsed("q", Map.of("pods", "0", "requests.cpu", "0", "count/pods", "1"));
    }

    @Test
    void followsTheSpecAndForgetsWhatItLimitsNoMore() {
        secret(Harness.NAMESPACE, "s");
        quota("q", Map.of("pods", "1", "secrets", "1"));
        harness.run(ResourceQuotaController::new);
        awaitUsed("q", Map.of("pods", "0", "secrets", "1"));
        ResourceQuota quota = harness.get(ResourceTypes.RESOURCE_QUOTAS, "q");
        Map<String, Quantity> hard = quantities(Map.of("count/secrets", "5"));
        harness.change(
                ResourceTypes.RESOURCE_QUOTAS,
                quota,
                fresh -> new ResourceQuotaBuilder(fresh)
                        .editSpec()
                        .withHard(hard)
                        .endSpec()
                        .build());
        awaitUsed("q", Map.of("count/secrets", "1"));
        assertThat(harness.get(ResourceTypes.RESOURCE_QUOTAS, "q").getStatus().getHard())
                .isEqualTo(hard);
    }

    @Test
    void whatNobodyServesIsNotCountedAndHoldsUpNothing() {
        quota("q", Map.of("secrets", "1", "count/widgets.example.com", "2", "count/nodes", "3"));
        harness.run(ResourceQuotaController::new);
        awaitUsed("q", Map.of("secrets", "0"));
    }

    @Test
    void countsCustomResources() {
        harness.cluster().serve(new DiscoveredResource("example.com", "v1", "widgets", "Widget", true, VERBS, true));
        PartialObjectMetadata widget = new PartialObjectMetadata();
        widget.setMetadata(new ObjectMetaBuilder()
                .withNamespace(Harness.NAMESPACE)
                .withName("w")
                .build());
        harness.api(WIDGETS).create(widget);
        quota("q", Map.of("count/widgets.example.com", "2"));
        harness.run(ResourceQuotaController::new);
        awaitUsed("q", Map.of("count/widgets.example.com", "1"));
        harness.api(WIDGETS).delete(new ObjectKey(Harness.NAMESPACE, "w"));
        awaitUsed("q", Map.of("count/widgets.example.com", "0"));
    }

    @Test
    void anotherWriterInBetweenIsNotOverwritten() {
        AtomicInteger refused = new AtomicInteger();
        harness.cluster().beforeWrite((action, _) -> {
            if (action.subresource().equals("status") && refused.getAndIncrement() == 0) {
                throw FakeCluster.refusal(409, "Conflict", "the object has been modified");
            }
        });
        secret(Harness.NAMESPACE, "s");
        quota("q", Map.of("secrets", "1"));
        harness.run(ResourceQuotaController::new);
        awaitUsed("q", Map.of("secrets", "1"));
        assertThat(refused).hasValueGreaterThan(1);
    }

    @Test
    void mendsWhatWasCreatedWithoutBeingCharged() {
        quota("q", Map.of("secrets", "1"));
        harness.run(ResourceQuotaController::new);
        awaitUsed("q", Map.of("secrets", "0"));
        secret(Harness.NAMESPACE, "s");
        awaitUsed("q", Map.of("secrets", "1"));
    }

    @Test
    void whatWasChargedLatelyIsTakenBackOnlyWhereSomethingHasGone() {
        long[] now = {0};
        Charges charges = new Charges(() -> now[0]);
        ObjectKey quota = new ObjectKey("default", "q");
        assertThat(charges.areSettled(quota)).isTrue();
        charges.changed(quota);
        assertThat(charges.areSettled(quota)).isFalse();
        now[0] += Charges.SETTLED.toNanos();
        assertThat(charges.areSettled(quota)).isTrue();
        assertThat(charges.takeReleased(quota)).isFalse();
        charges.released(quota);
        assertThat(charges.takeReleased(quota)).isTrue();
        assertThat(charges.takeReleased(quota)).isFalse();
    }

    @Test
    void aCountThatKeepsChargesOnlyAdds() {
        ResourceQuota quota = new ResourceQuotaBuilder()
                .withNewSpec()
                .withHard(quantities(Map.of("secrets", "5", "count/pods", "5")))
                .endSpec()
                .withNewStatus()
                .withUsed(quantities(Map.of("secrets", "2", "count/pods", "0")))
                .endStatus()
                .build();
        QuotaCount count = new QuotaCount(ObjectJson.mapper().valueToTree(quota));
        count.count(new Counted("", "secrets"), List.of(ObjectJson.mapper().createObjectNode()), Instant.EPOCH);
        count.count(new Counted("", "pods"), List.of(ObjectJson.mapper().createObjectNode()), Instant.EPOCH);
        assertThat(count.used()).hasToString("{count/pods=1, secrets=1}");
        assertThat(count.keepCharges()).isTrue();
        assertThat(count.used()).hasToString("{count/pods=1, secrets=2}");
        assertThat(count.keepCharges()).isFalse();
    }

    @Test
    void quotasThatAreChargedAreCountedWhenThatIsOver() {
        long[] now = {0};
        Charges charges = new Charges(() -> now[0]);
        ObjectKey quota = new ObjectKey("default", "q");
        assertThat(charges.areOver(quota)).isTrue();
        charges.changed(quota);
        assertThat(charges.areOver(quota)).isFalse();
        now[0] += Charges.QUIET.toNanos();
        assertThat(charges.areOver(quota)).isTrue();
        int postponed = 0;
        for (charges.changed(quota); !charges.areOver(quota); charges.changed(quota)) {
            now[0] += Charges.QUIET.toNanos() / 2;
            postponed++;
        }
        assertThat(postponed).isBetween(10, 20);
    }
}
