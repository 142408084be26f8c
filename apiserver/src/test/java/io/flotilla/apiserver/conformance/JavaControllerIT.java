package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1LeaseSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.Watch;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What controllers do with the official Java client, unmodified: watches, informers and leases. */
@ExtendWith(Cluster.class)
@Timeout(600)
final class JavaControllerIT {
    private static final Type CONFIG_MAP_EVENTS =
            TypeToken.getParameterized(Watch.Response.class, V1ConfigMap.class).getType();

    private final Cluster.Running cluster;
    private String namespace = "";
    private ApiClient client = new ApiClient();
    private CoreV1Api core = new CoreV1Api(client);

    JavaControllerIT(Cluster.Running cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void newAccount() throws Exception {
        namespace = cluster.namespace();
        client = JavaClientIT.administrator(cluster, namespace);
        core = new CoreV1Api(client);
    }

    @Test
    void watchesTellWhatHappensSinceAVersionUntilTheServerEndsThem() throws Exception {
        V1ConfigMap a = core.createNamespacedConfigMap(namespace, JavaClientIT.configMap("a", "1"))
                .execute();
        core.createNamespacedConfigMap(namespace, JavaClientIT.configMap("b", "1"))
                .execute();
        core.createNamespacedConfigMap(namespace, JavaClientIT.configMap("c", "1"))
                .execute();
        core.replaceNamespacedConfigMap("a", namespace, JavaClientIT.configMap("a", "2"))
                .execute();
        core.deleteNamespacedConfigMap("b", namespace).execute();
        // The server's cache knows all of that when this is answered: the watch tells it however soon it ends.
        core.listNamespacedConfigMap(namespace).execute();
        try (Watch<V1ConfigMap> watch = Watch.createWatch(
                client,
                core.listNamespacedConfigMap(namespace)
                        .watch(true)
                        .labelSelector("name in (a, b)")
                        .resourceVersion(a.getMetadata().getResourceVersion())
                        .timeoutSeconds(2)
                        .buildCall(null),
                CONFIG_MAP_EVENTS)) {
            assertThat(watch.iterator())
                    .toIterable()
                    .extracting(event ->
                            event.type + " " + event.object.getMetadata().getName())
                    .containsExactly("ADDED b", "MODIFIED a", "DELETED b");
        }
    }

    @Test
    void informersFollowWhatHappensAndGoOnWhereTheServerEndedTheirWatch() throws Exception {
        core.createNamespacedConfigMap(namespace, JavaClientIT.configMap("a", "1"))
                .execute();
        AtomicInteger lists = new AtomicInteger();
        AtomicInteger watches = new AtomicInteger();
        List<String> seen = new CopyOnWriteArrayList<>();
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                (CallGeneratorParams parameters) -> {
                    (parameters.watch ? watches : lists).incrementAndGet();
                    return core.listNamespacedConfigMap(namespace)
                            .resourceVersion(parameters.resourceVersion)
                            .timeoutSeconds(1)
                            .watch(parameters.watch)
                            .buildCall(null);
                },
                V1ConfigMap.class,
                V1ConfigMapList.class);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(V1ConfigMap object) {
                seen.add("added " + object.getMetadata().getName());
            }

            @Override
            public void onUpdate(V1ConfigMap before, V1ConfigMap object) {
                seen.add("updated " + object.getMetadata().getName() + " "
                        + before.getData().get("k") + " to " + object.getData().get("k"));
            }

            @Override
            public void onDelete(V1ConfigMap object, boolean unknown) {
                seen.add("deleted " + object.getMetadata().getName());
            }
        });
        factory.startAllRegisteredInformers();
        try {
            Awaitility.await().until(informer::hasSynced);
            core.createNamespacedConfigMap(namespace, JavaClientIT.configMap("b", "1"))
                    .execute();
            Awaitility.await().until(() -> watches.get() > 2);
            core.replaceNamespacedConfigMap("a", namespace, JavaClientIT.configMap("a", "2"))
                    .execute();
            core.deleteNamespacedConfigMap("b", namespace).execute();
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(seen).containsExactly("added a", "added b", "updated a 1 to 2", "deleted b"));
            assertThat(informer.getIndexer().listKeys()).containsExactly(namespace + "/a");
            assertThat(lists).as("lists").hasValue(1);
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }

    @Test
    void ofTwoWhoTakeALeaseOneHoldsItUntilItIsReleased() throws Exception {
        CoordinationV1Api leases = new CoordinationV1Api(client);
        V1Lease free = leases.createNamespacedLease(
                        namespace,
                        new V1Lease().metadata(new V1ObjectMeta().name("lock")).spec(new V1LeaseSpec()))
                .execute();

        V1Lease first = leases.replaceNamespacedLease("lock", namespace, held(free, "first"))
                .execute();
        JavaClientIT.refused(
                409,
                "Operation cannot be fulfilled on leases.coordination.k8s.io \"lock\": the object has been modified;"
                        + " please apply your changes to the latest version and try again",
                () -> leases.replaceNamespacedLease("lock", namespace, held(free, "second"))
                        .execute());
        assertThat(first.getSpec().getRenewTime())
                .isEqualTo(leases.readNamespacedLease("lock", namespace)
                        .execute()
                        .getSpec()
                        .getRenewTime());

        V1Lease released = leases.replaceNamespacedLease("lock", namespace, held(first, ""))
                .execute();
        V1Lease second = leases.replaceNamespacedLease("lock", namespace, held(released, "second"))
                .execute();
        assertThat(second.getSpec().getHolderIdentity()).isEqualTo("second");
    }

    private static V1Lease held(V1Lease lease, String identity) {
        return new V1Lease()
                .metadata(lease.getMetadata())
                .spec(new V1LeaseSpec()
                        .holderIdentity(identity)
                        .leaseDurationSeconds(10)
                        .renewTime(OffsetDateTime.now(ZoneOffset.UTC)));
    }
}
