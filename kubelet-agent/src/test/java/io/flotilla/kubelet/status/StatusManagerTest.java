package io.flotilla.kubelet.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.flotilla.machinery.client.FakeCluster;
import io.flotilla.machinery.client.ResourceClient;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class StatusManagerTest {
    private static final ObjectKey KEY = new ObjectKey("default", "web");

    private final FakeCluster cluster = new FakeCluster();
    private final ResourceClient<Pod> pods = cluster.resource(ResourceTypes.PODS);

    /** A client whose first patch is answered late: meanwhile something else happens. */
    @SuppressWarnings("unchecked") // a proxy knows no type arguments
    private ResourceClient<Pod> answeringAfter(Runnable meanwhile) {
        AtomicBoolean first = new AtomicBoolean(true);
        return (ResourceClient<Pod>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ResourceClient.class}, (_, method, arguments) -> {
                    try {
                        Object answer = method.invoke(pods, arguments);
                        if (method.getName().equals("patch") && first.getAndSet(false)) {
                            meanwhile.run();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aPodDeletedBeforeItsLastStatusIsAcknowledgedIsDeletedAllTheSame() {
        Pod created = pods.create(new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .withFinalizers("test/held")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .build());
        StatusManager[] statuses = new StatusManager[1];
        statuses[0] = new StatusManager(answeringAfter(() -> {
            pods.delete(KEY);
            Pod deleted = pods.get(KEY);
            statuses[0].observed(deleted);
            statuses[0].terminated(deleted);
        }));

        try (StatusManager manager = statuses[0]) {
            manager.start();
            manager.set(created, new PodStatusBuilder().withPhase("Succeeded").build());

            await().untilAsserted(() -> assertThat(cluster.actions())
                    .filteredOn(action -> action.verb().equals("delete"))
                    .hasSizeGreaterThan(1));
        }
    }
}
