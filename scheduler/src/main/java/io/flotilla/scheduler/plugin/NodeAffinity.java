package io.flotilla.scheduler.plugin;

import io.flotilla.scheduler.framework.ClusterEvent;
import io.flotilla.scheduler.framework.ClusterEvent.Kind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.EventHint;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.PreFilter;
import io.flotilla.scheduler.framework.PreScore;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.NodeFacts;
import io.flotilla.scheduler.object.NodeTerm;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.object.PodSpec;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code nodeSelector} and {@code nodeAffinity}. */
final class NodeAffinity implements PreFilter, Filter, PreScore, Score {
    private static final Status NO_MATCH = Status.unresolvable("node(s) didn't match Pod's node affinity/selector");
    private static final Status CONFLICT = Status.unresolvable("pod affinity terms conflict");

    @Override
    public String name() {
        return "NodeAffinity";
    }

    @Override
    public Outcome preFilter(CycleState state, PodInfo pod, Snapshot snapshot) {
        if (pod.spec().nodeSelector().isEmpty() && pod.spec().requiredNodes().isEmpty()) {
            return Outcome.SKIP;
        }
        Optional<Set<String>> names = pod.spec().requiredNodes().flatMap(NodeAffinity::names);
        if (names.isPresent() && names.get().isEmpty()) {
            return Outcome.of(CONFLICT);
        }
        return new Outcome(Status.SUCCESS, names);
    }

    /** Returns the only nodes in question if every term names its nodes: DaemonSets' pods look at one node, not at all. */
    private static Optional<Set<String>> names(List<NodeTerm> terms) {
        if (terms.isEmpty()) {
            return Optional.empty();
        }
        Set<String> names = new HashSet<>();
        for (NodeTerm term : terms) {
            Optional<Set<String>> named = term.names();
            if (named.isEmpty()) {
                return Optional.empty();
            }
            names.addAll(named.get());
        }
        return Optional.of(names);
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return admits(node.node(), pod) ? Status.SUCCESS : NO_MATCH;
    }

    /** Says whether the pod's required node affinity admits the node. */
    static boolean admits(@Nullable NodeFacts node, PodInfo pod) {
        if (node == null) {
            return false;
        }
        for (Map.Entry<String, String> label : pod.spec().nodeSelector().entrySet()) {
            if (!label.getValue().equals(node.labels().get(label.getKey()))) {
                return false;
            }
        }
        Optional<List<NodeTerm>> terms = pod.spec().requiredNodes();
        return terms.isEmpty() || anyMatches(terms.get(), node);
    }

    private static boolean anyMatches(List<NodeTerm> terms, NodeFacts node) {
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).matches(node)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Snapshot snapshot, List<NodeInfo> feasible) {
        return pod.spec().preferredNodes().isEmpty() ? Status.SKIP : Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        long sum = 0;
        List<PodSpec.PreferredTerm> terms = pod.spec().preferredNodes();
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).term().matches(node.node())) {
                sum += terms.get(i).weight();
            }
        }
        return sum;
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> feasible, long[] scores) {
        Score.scale(scores, feasible.size(), false);
    }

    @Override
    public List<EventHint> eventHints() {
        return List.of(
                EventHint.on(NodeAffinity::worthTrying, Kind.NODE_ADD, Kind.NODE_LABEL, Kind.UNSCHEDULED_POD_UPDATE));
    }

    private static boolean worthTrying(PodInfo pod, ClusterEvent event) {
        if (event.pod() != null) {
            return event.podBefore() == null
                    || !event.pod().spec().equals(event.podBefore().spec());
        }
        return admits(event.node(), pod) && !admits(event.nodeBefore(), pod);
    }
}
