package io.flotilla.scheduler;

import io.flotilla.machinery.component.ClientOptions;
import io.flotilla.machinery.component.ComponentCommand;
import io.flotilla.machinery.component.ElectionOptions;
import io.flotilla.machinery.component.ServingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "kube-scheduler", description = "Binds pods to nodes.")
final class SchedulerCommand extends ComponentCommand {
    @Mixin
    private ClientOptions client = new ClientOptions();

    @Mixin
    private ServingOptions serving = new ServingOptions();

    @Mixin
    private ElectionOptions election = new ElectionOptions();

    @Option(
            names = "--percentage-of-nodes-to-score",
            defaultValue = "0",
            paramLabel = "PERCENT",
            description = "Stop looking once this share of all nodes is found feasible; 0 chooses it by the number of"
                    + " nodes (default: ${DEFAULT-VALUE}).")
    private int percentageOfNodesToScore;

    static int run(String... args) {
        return run(new SchedulerCommand(), args);
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

    int percentageOfNodesToScore() {
        if (percentageOfNodesToScore < 0 || percentageOfNodesToScore > 100) {
            throw new IllegalArgumentException(
                    "--percentage-of-nodes-to-score: " + percentageOfNodesToScore + " is not between 0 and 100");
        }
        return percentageOfNodesToScore;
    }
}
