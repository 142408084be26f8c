package io.flotilla.deploy.cli;

import io.flotilla.deploy.plan.Claims;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.supervisor.Control.Verb;
import io.flotilla.deploy.supervisor.Records;
import io.flotilla.deploy.supervisor.Teardown;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla down}. */
@Command(name = "down", description = "End the lab: every process of it, those of its containers included.")
final class DownCommand implements Callable<Integer> {
    @Mixin
    private LabDirectory lab = new LabDirectory();

    @Option(names = "--wipe", description = "Also remove its data.")
    private boolean wipe;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var files = lab.files();
        var plan = plan();
        if (plan.isPresent()) {
            var ended = end(plan.get(), files);
            System.out.println("The lab in " + files.root() + (ended ? " is down." : " was down."));
        } else if (!wipe || !Wipe.isLab(files)) {
            System.out.println("There is no lab in " + files.root() + ".");
            return 0;
        } else {
            Teardown.recorded(new Records(files), files);
        }
        if (wipe) {
            Wipe.run(files);
            if (plan.isPresent()) {
                Claims.ofUser().release(plan.get().block(), files);
            }
            System.out.println("Its data are removed.");
        }
        return 0;
    }

    /** The plan; a damaged one may be wiped, but then its processes are known by their records alone. */
    private Optional<Plan> plan() {
        try {
            return lab.planner().load();
        } catch (LabException e) {
            if (wipe) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean end(Plan plan, LabFiles files) throws IOException, InterruptedException {
        var ran = !Teardown.processes(plan).isEmpty();
        try {
            lab.control(plan).command(Verb.DOWN, "", step -> {});
        } catch (IOException e) {
            // No supervisor. What it left is ended from here, as is itself, should it hang.
            Teardown.run(plan, files, Purpose.WORK);
        }
        // The supervisor ends itself only after it has answered.
        Teardown.run(plan, files, Purpose.WORK);
        new Records(files).clear();
        return ran;
    }
}
