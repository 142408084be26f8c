package io.flotilla.controllermanager.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeletionOrderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private static PodBuilder running(String name, String node, String createdAt, String readySince) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .withCreationTimestamp(createdAt)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .endSpec();
        return pod.withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus(readySince.isEmpty() ? "False" : "True")
                .withLastTransitionTime(readySince)
                .endCondition()
                .endStatus();
    }

    private static PodBuilder ready(String name, String node) {
        return running(name, node, "2026-01-01T11:00:00Z", "2026-01-01T11:00:10Z");
    }

    private static List<String> sorted(Pod... pods) {
        return DeletionOrder.sort(List.of(pods), List.of(pods), NOW).stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    @Test
    void unboundPendingAndUnreadyPodsGoFirst() {
        Pod unbound = new PodBuilder(ready("unbound", "").build())
                .editSpec()
                .withNodeName(null)
                .endSpec()
                .build();
        Pod pending = ready("pending", "c")
                .editStatus()
                .withPhase("Pending")
                .endStatus()
                .build();
        Pod unready = running("unready", "b", "2026-01-01T11:00:00Z", "").build();
        assertThat(sorted(ready("ready", "a").build(), unready, pending, unbound))
                .containsExactly("unbound", "pending", "unready", "ready");
    }

    @Test
    void theCheaperThenTheOneInACrowdThenTheYoungerThenTheOneWithMoreRestartsGoesFirst() {
        Pod cheap = ready("cheap", "a")
                .editMetadata()
                .addToAnnotations("controller.kubernetes.io/pod-deletion-cost", "-5")
                .endMetadata()
                .build();
        Pod crowded = ready("crowded", "b").build();
        Pod crowdedToo = ready("crowded-too", "b").build();
        Pod young = running("young", "c", "2026-01-01T11:59:00Z", "2026-01-01T11:59:50Z")
                .build();
        Pod restarted = ready("restarted", "d")
                .editStatus()
                .addNewContainerStatus()
                .withRestartCount(3)
                .endContainerStatus()
                .endStatus()
                .build();
        Pod old = ready("old", "e").build();
        assertThat(sorted(old, restarted, young, crowdedToo, crowded, cheap))
                .containsExactly("cheap", "crowded", "crowded-too", "young", "restarted", "old");
    }

    @Test
    void ofAboutTheSameAgeLuckDecides() {
        Pod first = running("b", "a", "2026-01-01T11:00:00Z", "2026-01-01T11:00:00Z")
                .build();
        Pod second = running("a", "b", "2026-01-01T10:59:00Z", "2026-01-01T10:59:00Z")
                .build();
        assertThat(sorted(first, second)).containsExactly("a", "b");
    }
}
