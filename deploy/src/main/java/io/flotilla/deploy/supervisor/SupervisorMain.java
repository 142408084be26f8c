package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.plan.Claims;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Planner;
import io.flotilla.deploy.process.Distribution;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.process.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** The supervisor's process. Started by {@code flotilla up} alone, hence without options: data directory, etcd binary and purpose. */
public final class SupervisorMain {
    private SupervisorMain() {}

    public static void main(String[] arguments) {
        var journal = new Journal(System.out, Clock.systemUTC());
        try {
            run(new LabFiles(Path.of(arguments[0])), arguments[1], Purpose.valueOf(arguments[2]), journal);
            System.exit(0);
        } catch (LabException e) {
            journal.write(e.getMessage());
        } catch (IOException e) {
            journal.write("the supervisor cannot go on: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.exit(1);
    }

    private static void run(LabFiles files, String etcd, Purpose purpose, Journal journal)
            throws IOException, InterruptedException {
        var plan = new Planner(files, Claims.ofUser())
                .load()
                .orElseThrow(() -> new LabException("There is no lab in " + files.root() + "."));
        var programs = Programs.of(plan, files, Distribution.current(), etcd, purpose);
        var supervisor = new Supervisor(plan, files, programs, purpose, journal);
        try (var control = ControlServer.bind(files.socket(plan.id()), supervisor)) {
            Thread.ofVirtual().name("bring-up").start(() -> bringUp(supervisor, control, journal));
            control.serve();
        }
    }

    private static void bringUp(Supervisor supervisor, ControlServer control, Journal journal) {
        try {
            if (!supervisor.bringUp()) {
                control.close();
            }
        } catch (IOException e) {
            journal.write("cannot close the control socket: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            journal.write("bringing up the lab failed: " + e);
            supervisor.progress().finish("Bringing up the lab failed: " + e + ".");
        }
    }
}
