package io.flotilla.scheduler.profile;

import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.Diagnosis;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.Plugin;
import io.flotilla.scheduler.framework.PostFilter;
import io.flotilla.scheduler.framework.PreFilter;
import io.flotilla.scheduler.framework.PreScore;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.snapshot.NodeInfo;
import io.flotilla.scheduler.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Chooses the node for a pod: filters nodes until enough are feasible, scores those, takes the best, and any one of
 * several that are as good. Successive pods start their search where the last one ended, so that all nodes get looked at.
 * Used by one thread.
 */
public final class NodeChooser {
    /** With fewer nodes than this every node is looked at. */
    private static final int FEWEST = 100;

    private static final int LOWEST_PERCENTAGE = 5;

    private final Profile profile;
    private final int percentage;
    private final RandomGenerator random;
    private final List<NodeInfo> feasible = new ArrayList<>();
    private Status[] verdicts = new Status[0];
    private Filter[] verdictBy = new Filter[0];
    private long[] scores = new long[0];
    private long[] totals = new long[0];
    private int next;

    /** What came out. */
    public sealed interface Choice {
        record Chosen(String node) implements Choice {}

        /**
         * No node will do.
         *
         * @param message Kubernetes' text for people
         * @param rejectedBy names of the plugins that turned the pod down
         * @param nominatedNode node on which room is being made, empty for none
         */
        record Unschedulable(String message, Set<String> rejectedBy, String nominatedNode) implements Choice {}

        record Failed(String message) implements Choice {}
    }

    /**
     * Makes a chooser.
     *
     * @param percentage {@code percentageOfNodesToScore}: 0 for the adaptive rule, 100 for all
     */
    public NodeChooser(Profile profile, int percentage, RandomGenerator random) {
        this.profile = profile;
        this.percentage = percentage;
        this.random = random;
    }

    /** Returns how many feasible nodes are enough. */
    int enough(int nodes) {
        if (nodes < FEWEST || percentage >= 100) {
            return nodes;
        }
        int share = percentage == 0 ? Math.max(LOWEST_PERCENTAGE, 50 - nodes / 125) : percentage;
        return Math.max(FEWEST, nodes * share / 100);
    }

    public Choice choose(CycleState state, PodInfo pod, Snapshot snapshot) {
        if (snapshot.nodes().isEmpty()) {
            return new Choice.Unschedulable(new Diagnosis().message(0, ""), Set.of(), "");
        }
        Set<Plugin> skipped = new HashSet<>();
        Diagnosis diagnosis = new Diagnosis();
        Optional<Set<String>> names = Optional.empty();
        Set<String> naming = new TreeSet<>();
        long start = System.nanoTime();
        Status preFiltered = Status.SUCCESS;
        for (PreFilter plugin : profile.preFilters()) {
            PreFilter.Outcome outcome = plugin.preFilter(state, pod, snapshot);
            if (outcome.status().isSkip()) {
                skipped.add(plugin);
                continue;
            }
            if (!outcome.status().isSuccess()) {
                preFiltered = outcome.status();
                diagnosis.rejectedAtOnce(preFiltered, Set.of(plugin.name()));
                break;
            }
            if (outcome.nodes().isPresent()) {
                naming.add(plugin.name());
                names = Optional.of(intersection(names, outcome.nodes().get()));
                if (names.get().isEmpty()) {
                    preFiltered = nothingNamed(naming);
                    diagnosis.rejectedAtOnce(preFiltered, naming);
                    break;
                }
            }
        }
        measure("PreFilter", preFiltered, start);
        if (preFiltered.code() == Status.Code.ERROR) {
            return new Choice.Failed(preFiltered.message());
        }
        if (!preFiltered.isSuccess()) {
            return makeRoom(state, pod, snapshot, diagnosis);
        }
        Optional<Choice> failure = filter(state, pod, snapshot, names, naming, skipped, diagnosis);
        if (failure.isPresent()) {
            return failure.get();
        }
        if (feasible.isEmpty()) {
            return makeRoom(state, pod, snapshot, diagnosis);
        }
        return feasible.size() == 1 ? new Choice.Chosen(feasible.getFirst().name()) : score(state, pod, snapshot);
    }

    private static Set<String> intersection(Optional<Set<String>> names, Set<String> more) {
        Set<String> both = new HashSet<>(more);
        names.ifPresent(both::retainAll);
        return both;
    }

    private static Status nothingNamed(Set<String> plugins) {
        return Status.unresolvable(
                plugins.size() == 1
                        ? "node(s) didn't satisfy plugin " + plugins.iterator().next()
                        : "node(s) didn't satisfy plugin(s) [" + String.join(" ", plugins) + "] simultaneously");
    }

    private Optional<Choice> filter(
            CycleState state,
            PodInfo pod,
            Snapshot snapshot,
            Optional<Set<String>> names,
            Set<String> naming,
            Set<Plugin> skipped,
            Diagnosis diagnosis) {
        long start = System.nanoTime();
        List<NodeInfo> nodes = snapshot.nodes();
        if (names.isPresent()) {
            nodes = names.get().stream()
                    .sorted()
                    .flatMap(name -> snapshot.node(name).stream())
                    .toList();
            diagnosis.absent(
                    Status.unresolvable("node(s) didn't satisfy plugin(s) [" + String.join(" ", naming) + "]"));
            if (nodes.size() < snapshot.nodes().size()) {
                naming.forEach(diagnosis.plugins()::add);
            }
        }
        Filter[] filters = profile.filters().stream()
                .filter(plugin -> !skipped.contains(plugin))
                .toArray(Filter[]::new);
        if (verdicts.length < nodes.size()) {
            verdicts = new Status[nodes.size()];
            verdictBy = new Filter[nodes.size()];
        }
        feasible.clear();
        int looked = 0;
        int enough = enough(nodes.size());
        int first = nodes.isEmpty() ? 0 : next % nodes.size();
        Status outcome = Status.SUCCESS;
        while (looked < nodes.size() && feasible.size() < enough) {
            int position = (first + looked) % nodes.size();
            NodeInfo node = nodes.get(position);
            Status verdict = Status.SUCCESS;
            for (Filter filter : filters) {
                verdict = filter.filter(state, pod, node);
                if (!verdict.isSuccess()) {
                    verdictBy[looked] = filter;
                    break;
                }
            }
            if (verdict.isSuccess()) {
                feasible.add(node);
            } else if (verdict.code() == Status.Code.ERROR) {
                outcome = verdict;
                break;
            }
            verdicts[looked] = verdict;
            looked++;
        }
        if (names.isEmpty() && !nodes.isEmpty()) {
            next = (first + looked) % nodes.size();
        }
        measure("Filter", outcome, start);
        if (!outcome.isSuccess()) {
            return Optional.of(new Choice.Failed(outcome.message()));
        }
        if (feasible.isEmpty()) {
            for (int i = 0; i < looked; i++) {
                diagnosis.rejected(nodes.get((first + i) % nodes.size()), verdicts[i], verdictBy[i].name());
            }
        }
        return Optional.empty();
    }

    private Choice makeRoom(CycleState state, PodInfo pod, Snapshot snapshot, Diagnosis diagnosis) {
        int nodes = snapshot.nodes().size();
        List<String> messages = new ArrayList<>();
        String nominated = "";
        long start = System.nanoTime();
        for (PostFilter plugin : profile.postFilters()) {
            PostFilter.Outcome outcome = plugin.postFilter(state, pod, snapshot, diagnosis);
            if (!outcome.status().message().isEmpty()) {
                messages.add(outcome.status().message());
            }
            if (outcome.status().isSuccess()) {
                nominated = outcome.nominatedNode();
                break;
            }
        }
        if (!profile.postFilters().isEmpty()) {
            measure("PostFilter", nominated.isEmpty() ? Status.unschedulable() : Status.SUCCESS, start);
        }
        return new Choice.Unschedulable(
                diagnosis.message(nodes, String.join(", ", messages)), Set.copyOf(diagnosis.plugins()), nominated);
    }

    private Choice score(CycleState state, PodInfo pod, Snapshot snapshot) {
        Set<Plugin> skipped = new HashSet<>();
        long start = System.nanoTime();
        for (PreScore plugin : profile.preScores()) {
            Status status = plugin.preScore(state, pod, snapshot, feasible);
            if (status.isSkip()) {
                skipped.add(plugin);
            } else if (!status.isSuccess()) {
                measure("PreScore", status, start);
                return new Choice.Failed(status.message());
            }
        }
        measure("PreScore", Status.SUCCESS, start);
        start = System.nanoTime();
        int count = feasible.size();
        if (totals.length < count) {
            totals = new long[count];
            scores = new long[count];
        }
        Arrays.fill(totals, 0, count, 0);
        for (Profile.Scoring scoring : profile.scores()) {
            Score plugin = scoring.plugin();
            if (skipped.contains(plugin)) {
                continue;
            }
            for (int i = 0; i < count; i++) {
                scores[i] = plugin.score(state, pod, feasible.get(i));
            }
            plugin.normalize(state, pod, feasible, scores);
            for (int i = 0; i < count; i++) {
                totals[i] += scores[i] * scoring.weight();
            }
        }
        measure("Score", Status.SUCCESS, start);
        return new Choice.Chosen(feasible.get(best(count)).name());
    }

    private int best(int count) {
        int best = 0;
        int equals = 1;
        for (int i = 1; i < count; i++) {
            if (totals[i] > totals[best]) {
                best = i;
                equals = 1;
            } else if (totals[i] == totals[best] && random.nextInt(++equals) == 0) {
                best = i;
            }
        }
        return best;
    }

    private void measure(String point, Status status, long start) {
        profile.metrics().extensionPoint(point, Profile.label(status), System.nanoTime() - start);
    }
}
