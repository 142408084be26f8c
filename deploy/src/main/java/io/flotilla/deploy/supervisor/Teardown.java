package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.process.Programs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Ends every process of a lab, whoever started it and whether or not it is on record: all of them, and their children, carry
 * the lab's id in their environment. Those of containers, whose environment is their own, are found by {@link Containers}.
 */
public final class Teardown {
    private static final Duration GRACE = Duration.ofSeconds(8);
    private static final Duration TRAINING_GRACE = Duration.ofMinutes(2);

    /**
     * etcd members that are asked to stop at the same time wait for each other to take over leadership, in vain. Nobody writes
     * any more by then, and what was written is on disk.
     */
    private static final Duration ETCD_GRACE = Duration.ofMillis(1500);

    private Teardown() {}

    /** Ends everything but this process itself: what uses the API first, then the API servers, then etcd, then the rest. */
    public static void run(Plan plan, LabFiles files, Purpose purpose) throws IOException, InterruptedException {
        var grace = switch (purpose) {
            case WORK -> GRACE;
            case TRAINING -> TRAINING_GRACE;
        };
        end(plan, name -> !isOf(Kind.ETCD, name) && !isOf(Kind.API_SERVER, name), grace);
        // Once no agent is there to start them again.
        new Containers(files).end();
        end(plan, name -> isOf(Kind.API_SERVER, name), grace);
        end(plan, name -> true, ETCD_GRACE);
        // Whatever a process had just forked when it was ended.
        end(plan, name -> true, grace);
    }

    /** Ends the processes on record, for a lab whose plan cannot be read any more. */
    public static void recorded(Records records, LabFiles files) throws IOException, InterruptedException {
        var processes = records.load().stream()
                .map(ProcessRecord::identity)
                .filter(Objects::nonNull)
                .toList();
        Termination.end(processes, "TERM", GRACE);
        new Containers(files).end();
    }

    /** Every process of the lab that there is now, but this one. */
    public static List<ProcessIdentity> processes(Plan plan) {
        var self = ProcessHandle.current().pid();
        return ProcessIdentity.withEnvironment(Programs.LAB_VARIABLE, plan.id())
                .filter(process -> process.pid() != self)
                .toList();
    }

    private static void end(Plan plan, Predicate<String> chosen, Duration grace)
            throws IOException, InterruptedException {
        var processes = processes(plan).stream()
                .filter(process ->
                        chosen.test(process.variable(Programs.PROCESS_VARIABLE).orElse("")))
                .toList();
        Termination.end(processes, "TERM", grace);
    }

    private static boolean isOf(Kind kind, String name) {
        return name.startsWith(kind.word() + "-");
    }
}
