package io.flotilla.controllermanager;

import io.flotilla.machinery.component.ClientOptions;
import io.flotilla.machinery.component.ComponentCommand;
import io.flotilla.machinery.component.ElectionOptions;
import io.flotilla.machinery.component.ServingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command line of the controller manager. */
@Command(
        name = "kube-controller-manager",
        description = "Runs the controllers that move the cluster to its desired state.",
        sortOptions = false)
public final class ControllerManagerCommand extends ComponentCommand {
    static final int DEFAULT_PORT = 10257;

    @Mixin
    private ClientOptions client = new ClientOptions();

    @Mixin
    private ServingOptions serving = new ServingOptions();

    @Mixin
    private ElectionOptions election = new ElectionOptions();

    @Mixin
    private ControllerFlags controllers = new ControllerFlags();

    static int execute(String... args) {
        return run(new ControllerManagerCommand(), args);
    }

    ClientOptions client() {
        return client;
    }

    ServingOptions serving() {
        return serving;
    }

    ElectionOptions election() {
        return election;
    }

    ControllerFlags controllers() {
        return controllers;
    }
}
