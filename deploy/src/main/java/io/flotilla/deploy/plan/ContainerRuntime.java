package io.flotilla.deploy.plan;

import java.util.Locale;

/** What runs the containers of a node: real processes, or a simulation. */
public enum ContainerRuntime {
    PROCESS,
    SIM;

    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
