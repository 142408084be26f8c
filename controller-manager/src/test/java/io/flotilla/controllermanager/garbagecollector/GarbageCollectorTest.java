package io.flotilla.controllermanager.garbagecollector;

import static io.flotilla.controllermanager.controller.Harness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.flotilla.controllermanager.controller.Harness;
import io.flotilla.machinery.client.ApiClient.DiscoveredResource;
import io.flotilla.machinery.scheme.ObjectKey;
import io.flotilla.machinery.scheme.ResourceTypes;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GarbageCollectorTest {
    private static final List<String> VERBS = List.of("get", "list", "watch", "create", "patch", "delete");

    private final Harness harness = new Harness();

    @BeforeEach
    void serve() {
        harness.cluster().serve(new DiscoveredResource("", "v1", "configmaps", "ConfigMap", true, VERBS, true));
        harness.cluster().serve(new DiscoveredResource("", "v1", "namespaces", "Namespace", false, VERBS, true));
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    private void run() {
        harness.run(GarbageCollector::new);
    }

    private static OwnerReference owner(HasMetadata owner, boolean blocks) {
        return new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind(owner instanceof Namespace ? "Namespace" : "ConfigMap")
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withBlockOwnerDeletion(blocks)
                .build();
    }

    private ConfigMap create(String name, OwnerReference... owners) {
        return createIn(Harness.NAMESPACE, name, owners);
    }

    private ConfigMap createIn(String namespace, String name, OwnerReference... owners) {
        return harness.api(ResourceTypes.CONFIG_MAPS)
                .create(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .withOwnerReferences(owners)
                        .endMetadata()
                        .build());
    }

    private void delete(ConfigMap map) {
        harness.api(ResourceTypes.CONFIG_MAPS).delete(ObjectKey.of(map));
    }

    /** As the API server does it: the finalizer first, then the deletion. */
    private void deleteWith(ConfigMap map, String finalizer) {
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                map,
                fresh -> new ConfigMapBuilder(fresh)
                        .editMetadata()
                        .addToFinalizers(finalizer)
                        .endMetadata()
                        .build());
        delete(map);
    }

    private boolean exists(String name) {
        return harness.exists(ResourceTypes.CONFIG_MAPS, name);
    }

    @Test
    void deletesWhatADeletedObjectOwnedAndWhatThatOwned() {
        run();
        ConfigMap owner = create("owner");
        ConfigMap child = create("child", owner(owner, true));
        create("grandchild", owner(child, true));
        create("stranger");
        delete(owner);
        eventually().until(() -> !exists("child") && !exists("grandchild"));
        assertThat(exists("stranger")).isTrue();
    }

    @Test
    void collectsWhatWasLeftBehindWhileNobodyLooked() {
        ConfigMap owner = create("owner");
        create("child", owner(owner, true));
        ConfigMap alive = create("alive");
        create("kept", owner(alive, true));
        delete(owner);
        run();
        eventually().until(() -> !exists("child"));
        assertThat(exists("kept")).isTrue();
    }

    @Test
    void keepsAnObjectThatHasAnotherOwnerAndDropsTheDeadReference() {
        run();
        ConfigMap first = create("first");
        ConfigMap second = create("second");
        create("child", owner(first, true), owner(second, true));
        delete(first);
        eventually()
                .until(() -> harness.get(ResourceTypes.CONFIG_MAPS, "child")
                                .getMetadata()
                                .getOwnerReferences()
                                .size()
                        == 1);
        delete(second);
        eventually().until(() -> !exists("child"));
    }

    @Test
    void foregroundDeletionEndsTheOwnerAfterThoseThatBlockIt() {
        run();
        ConfigMap owner = create("owner");
        ConfigMap child = create("child", owner(owner, true));
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                child,
                fresh -> new ConfigMapBuilder(fresh)
                        .editMetadata()
                        .addToFinalizers("example.com/slow")
                        .endMetadata()
                        .build());
        deleteWith(owner, GraphNode.FOREGROUND);
        eventually()
                .until(() -> harness.get(ResourceTypes.CONFIG_MAPS, "child")
                                .getMetadata()
                                .getDeletionTimestamp()
                        != null);
        assertThat(exists("owner")).isTrue();
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                child,
                fresh -> new ConfigMapBuilder(fresh)
                        .editMetadata()
                        .withFinalizers()
                        .endMetadata()
                        .build());
        eventually().until(() -> !exists("child") && !exists("owner"));
    }

    @Test
    void foregroundDeletionDoesNotWaitForThoseThatDoNotBlock() {
        run();
        ConfigMap owner = create("owner");
        ConfigMap child = create("child", owner(owner, false));
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                child,
                fresh -> new ConfigMapBuilder(fresh)
                        .editMetadata()
                        .addToFinalizers("example.com/slow")
                        .endMetadata()
                        .build());
        deleteWith(owner, GraphNode.FOREGROUND);
        eventually().until(() -> !exists("owner"));
        assertThat(exists("child")).isTrue();
    }

    @Test
    void orphaningLetsTheDependentsLive() {
        run();
        ConfigMap owner = create("owner");
        create("child", owner(owner, true));
        deleteWith(owner, GraphNode.ORPHAN);
        eventually().until(() -> !exists("owner"));
        assertThat(harness.get(ResourceTypes.CONFIG_MAPS, "child").getMetadata().getOwnerReferences())
                .isEmpty();
    }

    @Test
    void aClusterScopedOwnerMayOwnWhatIsInANamespace() {
        run();
        Namespace owner = harness.namespace("owner");
        create("child", owner(owner, false));
        ConfigMap late = create("late");
        create("canary", owner(late, false));
        delete(late);
        eventually().until(() -> !exists("canary"));
        assertThat(exists("child")).isTrue();
    }

    @Test
    void anOwnerInAnotherNamespaceIsNone() {
        run();
        ConfigMap owner = createIn("other", "owner");
        create("child", owner(owner, true));
        eventually().until(() -> !exists("child"));
        assertThat(harness.events().lines())
                .anyMatch(line -> line.startsWith("Warning OwnerRefInvalidNamespace ownerRef [v1/ConfigMap, namespace:"
                        + " default, name: owner, uid: "));
    }

    @Test
    void anOwnerOfTheSameNameButAnotherUidIsNone() {
        run();
        ConfigMap owner = create("owner");
        OwnerReference old = new OwnerReferenceBuilder(owner(owner, true))
                .withUid("00000000-0000-0000-0000-000000000000")
                .build();
        create("child", old);
        eventually().until(() -> !exists("child"));
        assertThat(exists("owner")).isTrue();
    }

    @Test
    void aCircleOfForegroundDeletionsOpens() {
        run();
        ConfigMap one = create("one");
        ConfigMap two = create("two", owner(one, true));
        harness.change(
                ResourceTypes.CONFIG_MAPS,
                one,
                fresh -> new ConfigMapBuilder(fresh)
                        .editMetadata()
                        .withOwnerReferences(owner(two, true))
                        .endMetadata()
                        .build());
        deleteWith(one, GraphNode.FOREGROUND);
        // The in-memory cluster adds no finalizer for the policy, so the second goes at once and takes the first along.
        eventually().until(() -> !exists("one") && !exists("two"));
    }
}
