package io.flotilla.deploy.plan;

import org.jspecify.annotations.Nullable;

/** What a person asked for on the command line; null where they left it open. */
public record Request(
        @Nullable Integer etcd,
        @Nullable Integer apiservers,
        @Nullable Integer schedulers,
        @Nullable Integer controllerManagers,
        @Nullable Integer nodes,
        @Nullable ContainerRuntime runtime,
        @Nullable Profile profile,
        @Nullable Integer port,
        @Nullable Boolean restart) {
    public static final Request NOTHING = new Request(null, null, null, null, null, null, null, null, null);

    /** Whether a lab of that plan is what is asked for. */
    public boolean isMetBy(Plan plan) {
        return size(plan.size()).equals(plan.size())
                && or(runtime, plan.runtime()) == plan.runtime()
                && or(profile, plan.profile()) == plan.profile()
                && or(restart, plan.restart()) == plan.restart()
                && (port == null || port == plan.port(Kind.BALANCER, 1, Listener.HTTPS));
    }

    /** The size asked for, where open as it was. */
    Size size(Size before) {
        return new Size(
                or(etcd, before.etcd()),
                or(apiservers, before.apiservers()),
                or(schedulers, before.schedulers()),
                or(controllerManagers, before.controllerManagers()),
                or(nodes, before.nodes()));
    }

    static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
