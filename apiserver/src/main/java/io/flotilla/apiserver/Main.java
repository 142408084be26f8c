package io.flotilla.apiserver;

import io.flotilla.machinery.component.ComponentCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The API server: storage on etcd, the watch cache, the registry of all kinds, one pipeline, and two transports before
 * it, REST and gRPC. What it is made of, and in which order it starts, is in {@link Wiring}.
 */
@Command(name = "kube-apiserver", description = "Serves the Kubernetes API from etcd.")
public final class Main extends ComponentCommand {
    @Mixin
    private final Flags flags = new Flags();

    Flags flags() {
        return flags;
    }

    public static void main(String[] args) {
        System.exit(run(new Main(), args));
    }
}
