package io.flotilla.scheduler.plugin;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.PreFilter;
import io.flotilla.scheduler.framework.PreScore;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.TestObjects;
import io.flotilla.scheduler.snapshot.Cache;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs one plugin on a small cluster as the scheduler would. */
final class PluginCase {
    private final Cache cache = new Cache(() -> 0, Duration.ofMinutes(1));
    private final Snapshot snapshot = new Snapshot();

    PluginCase node(NodeBuilder node) {
        cache.putNode(TestObjects.facts(node));
        return this;
    }

    PluginCase podOn(String node, PodBuilder pod) {
        cache.putPod(TestObjects.info(pod).on(node));
        return this;
    }

    /** Returns what the filter says of each node, by name: the reasons, or "ok". */
    Map<String, String> filter(Filter plugin, PodBuilder podBuilder) {
        cache.update(snapshot);
        PodInfo pod = TestObjects.info(podBuilder);
        CycleState state = new CycleState();
        Map<String, String> verdicts = new LinkedHashMap<>();
        if (plugin instanceof PreFilter preFilter) {
            Status status = preFilter.preFilter(state, pod, snapshot).status();
            if (!status.isSuccess()) {
                snapshot.nodes().forEach(node -> verdicts.put(node.name(), status.isSkip() ? "ok" : status.message()));
                return verdicts;
            }
        }
        for (NodeInfo node : snapshot.nodes()) {
            Status status = plugin.filter(state, pod, node);
            verdicts.put(node.name(), status.isSuccess() ? "ok" : status.message());
        }
        return verdicts;
    }

    /** Returns the normalized score of each node, by name; nothing if the plugin skips the pod. */
    Map<String, Long> score(Score plugin, PodBuilder podBuilder) {
        cache.update(snapshot);
        PodInfo pod = TestObjects.info(podBuilder);
        CycleState state = new CycleState();
        List<NodeInfo> nodes = snapshot.nodes();
        if (plugin instanceof PreScore preScore
                && preScore.preScore(state, pod, snapshot, nodes).isSkip()) {
            return Map.of();
        }
        long[] scores = new long[nodes.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = plugin.score(state, pod, nodes.get(i));
        }
        plugin.normalize(state, pod, nodes, scores);
        Map<String, Long> byName = new LinkedHashMap<>();
        for (int i = 0; i < scores.length; i++) {
            byName.put(nodes.get(i).name(), scores[i]);
        }
        return byName;
    }
}
