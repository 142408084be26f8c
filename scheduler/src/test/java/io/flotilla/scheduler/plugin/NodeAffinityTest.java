package io.flotilla.scheduler.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.PreFilter;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodeAffinityTest {
    private static final String NO_MATCH = "node(s) didn't match Pod's node affinity/selector";

    private final NodeAffinity affinity = new NodeAffinity();

    private static NodeBuilder labelled(String name, String key, String value) {
        return TestObjects.node(name).editMetadata().addToLabels(key, value).endMetadata();
    }

    private static NodeSelectorTerm expression(String key, String operator, String... values) {
        return new NodeSelectorTermBuilder()
                .addToMatchExpressions(new NodeSelectorRequirement(key, operator, List.of(values)))
                .build();
    }

    private static NodeSelectorTerm named(String operator, String... names) {
        return new NodeSelectorTermBuilder()
                .addToMatchFields(new NodeSelectorRequirement("metadata.name", operator, List.of(names)))
                .build();
    }

    private static PodBuilder requiring(NodeSelectorTerm... terms) {
        return TestObjects.pod("p", "", "")
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addToNodeSelectorTerms(terms)
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec();
    }

    @Test
    void aNodeSelectorWantsEveryLabel() {
        PluginCase cluster = new PluginCase()
                .node(labelled("ssd", "disk", "ssd"))
                .node(labelled("hdd", "disk", "hdd"))
                .node(TestObjects.node("none"));
        PodBuilder pod = TestObjects.pod("p", "", "")
                .editSpec()
                .addToNodeSelector("disk", "ssd")
                .endSpec();
        assertThat(cluster.filter(affinity, pod)).isEqualTo(Map.of("ssd", "ok", "hdd", NO_MATCH, "none", NO_MATCH));
    }

    @ParameterizedTest
    @CsvSource({
        "In, 5, true", "In, 6, false",
        "NotIn, 6, true", "NotIn, 5, false",
        "Exists, , true", "DoesNotExist, , false",
        "Gt, 4, true", "Gt, 5, false",
        "Lt, 6, true", "Lt, 5, false",
        "Gt, many, false"
    })
    void allSixOperatorsWork(String operator, String value, boolean matches) {
        PodBuilder pod = requiring(value == null ? expression("size", operator) : expression("size", operator, value));
        assertThat(new PluginCase().node(labelled("n", "size", "5")).filter(affinity, pod))
                .containsEntry("n", matches ? "ok" : NO_MATCH);
    }

    @ParameterizedTest
    @CsvSource({"In, false", "NotIn, true", "Exists, false", "DoesNotExist, true", "Gt, false", "Lt, false"})
    void operatorsOnALabelThatIsNotThere(String operator, boolean matches) {
        boolean valueless = operator.equals("Exists") || operator.equals("DoesNotExist");
        PodBuilder pod = requiring(valueless ? expression("size", operator) : expression("size", operator, "5"));
        assertThat(new PluginCase().node(TestObjects.node("n")).filter(affinity, pod))
                .containsEntry("n", matches ? "ok" : NO_MATCH);
    }

    @Test
    void oneTermIsEnoughAndAnEmptyOneMatchesNothing() {
        PluginCase cluster = new PluginCase().node(labelled("a", "k", "1")).node(labelled("b", "k", "2"));
        assertThat(cluster.filter(affinity, requiring(new NodeSelectorTerm(), expression("k", "In", "2"))))
                .isEqualTo(Map.of("a", NO_MATCH, "b", "ok"));
    }

    @Test
    void termsThatNameTheirNodesLimitTheSearch() {
        PreFilter.Outcome outcome = affinity.preFilter(
                new CycleState(), TestObjects.info(requiring(named("In", "a"), named("In", "b"))), new Snapshot());
        assertThat(outcome.nodes()).contains(Set.of("a", "b"));
        assertThat(affinity.preFilter(
                                new CycleState(),
                                TestObjects.info(requiring(named("In", "a"), expression("k", "Exists"))),
                                new Snapshot())
                        .nodes())
                .isEmpty();
        assertThat(new PluginCase()
                        .node(TestObjects.node("a"))
                        .node(TestObjects.node("b"))
                        .filter(affinity, requiring(named("NotIn", "a"))))
                .isEqualTo(Map.of("a", NO_MATCH, "b", "ok"));
    }

    @Test
    void namesThatContradictEachOtherTurnThePodDownAtOnce() {
        NodeSelectorTerm both = new NodeSelectorTermBuilder()
                .addToMatchFields(new NodeSelectorRequirement("metadata.name", "In", List.of("a")))
                .addToMatchFields(new NodeSelectorRequirement("metadata.name", "In", List.of("b")))
                .build();
        assertThat(affinity.preFilter(new CycleState(), TestObjects.info(requiring(both)), new Snapshot())
                        .status()
                        .message())
                .isEqualTo("pod affinity terms conflict");
    }

    @Test
    void preferencesAddUpByWeight() {
        PluginCase cluster = new PluginCase()
                .node(labelled("both", "a", "1")
                        .editMetadata()
                        .addToLabels("b", "1")
                        .endMetadata())
                .node(labelled("one", "a", "1"))
                .node(TestObjects.node("none"));
        PodBuilder pod = TestObjects.pod("p", "", "")
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(30)
                .withPreference(expression("a", "In", "1"))
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(10)
                .withPreference(expression("b", "Exists"))
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .endSpec();
        assertThat(cluster.score(affinity, pod)).isEqualTo(Map.of("both", 100L, "one", 75L, "none", 0L));
        assertThat(cluster.score(affinity, TestObjects.pod("plain", "", ""))).isEmpty();
    }
}
