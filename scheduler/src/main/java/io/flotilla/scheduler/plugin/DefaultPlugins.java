package io.flotilla.scheduler.plugin;

import io.flotilla.machinery.client.ApiClient;
import io.flotilla.scheduler.framework.Plugin;
import java.util.List;
import java.util.function.Supplier;

/** The plugins of Kubernetes' default profile, in its order and with its weights. */
public final class DefaultPlugins {
    private DefaultPlugins() {}

    /**
     * A plugin and how much its scores count.
     *
     * @param weight 0 for plugins that do not score
     */
    public record Weighted(Plugin plugin, int weight) {}

    /**
     * Makes new plugins.
     *
     * @param client what bindings are written with at the time
     */
    public static List<Weighted> create(Supplier<ApiClient> client) {
        return List.of(
                new Weighted(new SchedulingGates(), 0),
                new Weighted(new PrioritySort(), 0),
                new Weighted(new NodeUnschedulable(), 0),
                new Weighted(new NodeName(), 0),
                new Weighted(new TaintToleration(), 3),
                new Weighted(new NodeAffinity(), 2),
                new Weighted(new NodePorts(), 0),
                new Weighted(new NodeResourcesFit(), 1),
                new Weighted(new NodeResourcesBalancedAllocation(), 1),
                new Weighted(new ImageLocality(), 1),
                new Weighted(new DefaultBinder(client), 0));
    }
}
