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
