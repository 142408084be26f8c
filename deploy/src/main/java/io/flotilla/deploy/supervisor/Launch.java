package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.plan.Ports;
import io.flotilla.deploy.process.Distribution;
import io.flotilla.deploy.process.JavaProgram;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.process.Programs;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;

/** Starts the supervisor as a process that outlives the shell it is started from. */
public final class Launch {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int POLL_MILLIS = 20;

    private Launch() {}

    /** Starts it; returns when it can be commanded. */
    public static void supervisor(Plan plan, LabFiles files, Path etcd, Purpose purpose)
            throws IOException, InterruptedException {
        requireFreePorts(plan);
        var distribution = Distribution.current();
        var arguments = files.processes().resolveSibling("arguments");
        Files.createDirectories(arguments);
        var command = new ArrayList<String>();
        command.add("setsid");
        command.addAll(JavaProgram.SUPERVISOR.command(distribution, arguments, purpose, false));
        command.add(files.root().toString());
        command.add(etcd.toString());
        command.add(purpose.name());
        var name = JavaProgram.SUPERVISOR.word();
        var log = files.log(name);
        var offset = Files.exists(log) ? Files.size(log) : 0;
        var builder = new ProcessBuilder(command)
                .directory(files.root().toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put(Programs.LAB_VARIABLE, plan.id());
        builder.environment().put(Programs.PROCESS_VARIABLE, name);
        // The JVM that writes a cache at the end of a training run needs more than the small heap of the program.
        builder.environment().put("JDK_AOT_VM_OPTIONS", "-Xmx512m -Xlog:disable -Xlog:all=error");
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        var process = builder.start();
        var control = new Control(files.socket(plan.id()));
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!control.isAnswered()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new LabException("The supervisor does not start"
                        + LogTail.lastComplaint(log, offset)
                                .map(text -> ": " + text)
                                .orElse("") + "; its log is "
                        + log + ".");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** A port that another program has would else be found out by the process that needs it, one by one and late. */
    private static void requireFreePorts(Plan plan) {
        var running = new HashSet<String>();
        Teardown.processes(plan)
                .forEach(process -> process.variable(Programs.PROCESS_VARIABLE).ifPresent(running::add));
        for (var kind : Kind.values()) {
            for (int number = 1; number <= plan.size().of(kind); number++) {
                if (running.contains(kind.name(number))) {
                    continue;
                }
                for (int port : plan.ports(kind, number)) {
                    var host = plan.host(kind, number);
                    if (!Ports.isFree(host, port)) {
                        throw new LabException("Port " + port + " on " + host + ", which " + kind.name(number)
                                + " is to listen on, is in use by another program.");
                    }
                }
            }
        }
    }
}
