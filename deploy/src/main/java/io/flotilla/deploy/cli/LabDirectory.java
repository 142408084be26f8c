package io.flotilla.deploy.cli;

import io.flotilla.deploy.plan.Claims;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.plan.Planner;
import io.flotilla.deploy.supervisor.Control;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which lab is meant, and the ways to it. */
final class LabDirectory {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the lab keeps everything; by default FLOTILLA_DATA_DIR, or ~/.flotilla/default.")
    private @Nullable Path directory;

    LabFiles files() {
        if (directory != null) {
            return new LabFiles(directory);
        }
        var fromEnvironment = System.getenv("FLOTILLA_DATA_DIR");
        return new LabFiles(
                fromEnvironment == null || fromEnvironment.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".flotilla", "default")
                        : Path.of(fromEnvironment));
    }

    Planner planner() {
        return new Planner(files(), Claims.ofUser());
    }

    /** The plan of a lab that must be there. */
    Plan plan() {
        return planner()
                .load()
                .orElseThrow(() ->
                        new LabException("There is no lab in " + files().root() + ": start one with ./flotilla up."));
    }

    Control control(Plan plan) {
        return new Control(files().socket(plan.id()));
    }

    /** Commands the supervisor, which must run. */
    void command(Control.Verb verb, String process, Consumer<String> steps) {
        try {
            control(plan()).command(verb, process, steps);
        } catch (IOException e) {
            throw new LabException(
                    "The supervisor of the lab in " + files().root()
                            + " does not run: ./flotilla up starts it, and takes over what runs.",
                    e);
        }
    }
}
