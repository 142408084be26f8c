package io.flotilla.deploy.cli;

import io.flotilla.machinery.component.FlotillaVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code flotilla version}. */
@Command(name = "version", description = "Print versions.")
final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.println("Flotilla, Kubernetes " + FlotillaVersion.GIT_VERSION);
        System.out.println("JDK " + Runtime.version() + ", " + System.getProperty("java.home"));
        return 0;
    }
}
