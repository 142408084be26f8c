package io.flotilla.scheduler.profile;

import io.flotilla.scheduler.framework.Bind;
import io.flotilla.scheduler.framework.CycleState;
import io.flotilla.scheduler.framework.Filter;
import io.flotilla.scheduler.framework.Permit;
import io.flotilla.scheduler.framework.Plugin;
import io.flotilla.scheduler.framework.PostBind;
import io.flotilla.scheduler.framework.PostFilter;
import io.flotilla.scheduler.framework.PreBind;
import io.flotilla.scheduler.framework.PreFilter;
import io.flotilla.scheduler.framework.PreScore;
import io.flotilla.scheduler.framework.Reserve;
import io.flotilla.scheduler.framework.Score;
import io.flotilla.scheduler.framework.Status;
import io.flotilla.scheduler.metrics.SchedulerMetrics;
import io.flotilla.scheduler.object.PodInfo;
import io.flotilla.scheduler.plugin.DefaultPlugins;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The plugins that schedule the pods of one {@code schedulerName}. The run methods here are those of the binding half of
 * a cycle; {@link NodeChooser} runs the others.
 */
public final class Profile {
    /**
     * What a plugin said, and which.
     *
     * @param plugin its name, empty where all agreed
     */
    public record Outcome(Status status, String plugin) {
        static final Outcome SUCCESS = new Outcome(Status.SUCCESS, "");
    }

    /** A scoring plugin and how much it counts. */
    record Scoring(Score plugin, int weight) {}

    private final String schedulerName;
    private final List<Plugin> plugins;
    private final SchedulerMetrics metrics;
    private final List<PreFilter> preFilters;
    private final List<Filter> filters;
    private final List<PostFilter> postFilters;
    private final List<PreScore> preScores;
    private final List<Scoring> scores;
    private final List<Reserve> reserves;
    private final List<Permit> permits;
    private final List<PreBind> preBinds;
    private final List<Bind> binds;
    private final List<PostBind> postBinds;

    public Profile(String schedulerName, List<DefaultPlugins.Weighted> weighted, SchedulerMetrics metrics) {
        this.schedulerName = schedulerName;
        this.metrics = metrics;
        plugins = weighted.stream().map(DefaultPlugins.Weighted::plugin).toList();
        preFilters = select(PreFilter.class);
        filters = select(Filter.class);
        postFilters = select(PostFilter.class);
        preScores = select(PreScore.class);
        scores = weighted.stream()
                .filter(each -> each.plugin() instanceof Score)
                .map(each -> new Scoring((Score) each.plugin(), each.weight()))
                .toList();
        reserves = select(Reserve.class);
        permits = select(Permit.class);
        preBinds = select(PreBind.class);
        binds = select(Bind.class);
        postBinds = select(PostBind.class);
    }

    private <T extends Plugin> List<T> select(Class<T> point) {
        return plugins.stream().filter(point::isInstance).map(point::cast).toList();
    }

    public String schedulerName() {
        return schedulerName;
    }

    public List<Plugin> plugins() {
        return plugins;
    }

    SchedulerMetrics metrics() {
        return metrics;
    }

    List<PreFilter> preFilters() {
        return preFilters;
    }

    List<Filter> filters() {
        return filters;
    }

    List<PostFilter> postFilters() {
        return postFilters;
    }

    List<PreScore> preScores() {
        return preScores;
    }

    List<Scoring> scores() {
        return scores;
    }

    /** Reserves with every plugin, or with none where one refuses. */
    public Outcome reserve(CycleState state, PodInfo pod, String node) {
        if (reserves.isEmpty()) {
            return Outcome.SUCCESS;
        }
        long start = System.nanoTime();
        Outcome outcome = Outcome.SUCCESS;
        for (Reserve plugin : reserves) {
            Status status = plugin.reserve(state, pod, node);
            if (!status.isSuccess()) {
                outcome = new Outcome(status, plugin.name());
                unreserve(state, pod, node);
                break;
            }
        }
        return measured("Reserve", start, outcome);
    }

    public void unreserve(CycleState state, PodInfo pod, String node) {
        for (Reserve plugin : reserves.reversed()) {
            plugin.unreserve(state, pod, node);
        }
    }

    /** Asks every plugin for its permission, and waits where one takes its time. */
    public Outcome permit(CycleState state, PodInfo pod, String node) throws InterruptedException {
        if (permits.isEmpty()) {
            return Outcome.SUCCESS;
        }
        long start = System.nanoTime();
        for (Permit plugin : permits) {
            Status status = switch (plugin.permit(state, pod, node)) {
                case Permit.Decision.Now(Status now) -> now;
                case Permit.Decision.Later later -> await(later, plugin);
            };
            if (!status.isSuccess()) {
                return measured("Permit", start, new Outcome(status, plugin.name()));
            }
        }
        return measured("Permit", start, Outcome.SUCCESS);
    }

    private static Status await(Permit.Decision.Later later, Permit plugin) throws InterruptedException {
        try {
            return later.status().toCompletableFuture().get(later.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Status.unschedulable(
                    "rejected due to timeout after waiting " + later.timeout() + " at plugin " + plugin.name());
        } catch (ExecutionException e) {
            return Status.error("waiting on permit for pod: " + e.getCause());
        }
    }

    public Outcome preBind(CycleState state, PodInfo pod, String node) {
        if (preBinds.isEmpty()) {
            return Outcome.SUCCESS;
        }
        long start = System.nanoTime();
        for (PreBind plugin : preBinds) {
            Status status = plugin.preBind(state, pod, node);
            if (!status.isSuccess()) {
                return measured("PreBind", start, new Outcome(status, plugin.name()));
            }
        }
        return measured("PreBind", start, Outcome.SUCCESS);
    }

    /** Binds with the first plugin that does not skip the pod. */
    public Outcome bind(CycleState state, PodInfo pod, String node) {
        long start = System.nanoTime();
        for (Bind plugin : binds) {
            Status status = plugin.bind(state, pod, node);
            if (!status.isSkip()) {
                return measured("Bind", start, new Outcome(status, plugin.name()));
            }
        }
        return measured("Bind", start, new Outcome(Status.error("no bind plugin took the pod"), ""));
    }

    public void postBind(CycleState state, PodInfo pod, String node) {
        for (PostBind plugin : postBinds) {
            plugin.postBind(state, pod, node);
        }
    }

    private Outcome measured(String point, long start, Outcome outcome) {
        metrics.extensionPoint(point, label(outcome.status()), System.nanoTime() - start);
        return outcome;
    }

    /** Returns Kubernetes' name of the status code, as its metrics show it. */
    static String label(Status status) {
        return switch (status.code()) {
            case SUCCESS -> "Success";
            case ERROR -> "Error";
            case UNSCHEDULABLE -> "Unschedulable";
            case UNSCHEDULABLE_AND_UNRESOLVABLE -> "UnschedulableAndUnresolvable";
            case WAIT -> "Wait";
            case SKIP -> "Skip";
        };
    }
}
