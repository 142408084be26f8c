package io.flotilla.deploy.supervisor;

import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.pki.Trust;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.probe.HttpProbe;
import io.flotilla.deploy.process.JavaProgram;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.process.Program;
import io.flotilla.deploy.process.Programs;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keeps every process of one lab as it is meant to be. */
final class Supervisor {
    private static final Duration FAILURE_HEARD_WITHIN = Duration.ofSeconds(30);
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);

    private final Plan plan;
    private final Records records;
    private final LabFiles files;
    private final Purpose purpose;
    private final Journal journal;
    private final HttpProbe probe;
    private final Map<String, Supervised> processes = new LinkedHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("restarts").factory());
    private final Progress progress = new Progress();
    private final ProcessRecord self = ProcessRecord.waiting(JavaProgram.SUPERVISOR.word())
            .running(ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow());

    Supervisor(Plan plan, LabFiles files, List<Program> programs, Purpose purpose, Journal journal) {
        this.plan = plan;
        this.records = new Records(files);
        this.files = files;
        this.purpose = purpose;
        this.journal = journal;
        this.probe = adminProbe(new ClusterTrust(files.pki()));
        for (var program : programs) {
            processes.put(program.name(), new Supervised(program, plan.id(), plan.restart(), timer, this::onChange));
        }
    }

    private static HttpProbe adminProbe(ClusterTrust trust) {
        try {
            return new HttpProbe(
                    Trust.client(trust.authority(), trust.certificate("admin"), trust.key("admin")),
                    Duration.ofSeconds(5));
        } catch (GeneralSecurityException | IOException e) {
            throw new LabException("The certificate of the lab's admin cannot be used: " + e.getMessage() + ".", e);
        }
    }

    Progress progress() {
        return progress;
    }

    /**
     * Brings the lab up: takes over what runs already, starts the rest. When that fails, nothing is left running, unless
     * something ran before: that is left as it is.
     *
     * @return whether there are processes to supervise
     */
    boolean bringUp() throws InterruptedException {
        var adopted = adopt();
        onChange("supervisor started");
        if (adopted > 0) {
            progress.step("took over " + adopted + " running processes");
        }
        try {
            new BringUp(List.copyOf(processes.values()), probe, plan, progress).run();
            progress.finish(null);
            journal.write("the lab is up");
            return true;
        } catch (LabException e) {
            journal.write(e.getMessage());
            if (adopted == 0) {
                shutDown();
            }
            progress.finish(e.getMessage());
            progress.awaitFollower(FAILURE_HEARD_WITHIN);
            return adopted > 0;
        }
    }

    private int adopt() {
        Map<String, ProcessIdentity> running = Teardown.processes(plan).stream()
                .filter(process -> processes.containsKey(nameOf(process)))
                .collect(Collectors.toMap(Supervisor::nameOf, Function.identity(), Supervisor::oldest));
        Map<String, ProcessRecord> earlier = records.load().stream()
                .collect(Collectors.toMap(ProcessRecord::name, Function.identity(), (a, b) -> b));
        processes.forEach((name, supervised) -> supervised.adopt(
                earlier.getOrDefault(name, ProcessRecord.waiting(name)), Optional.ofNullable(running.get(name))));
        return running.size();
    }

    private static String nameOf(ProcessIdentity process) {
        return process.variable(Programs.PROCESS_VARIABLE).orElse("");
    }

    /** Children of a process carry its marks; the process itself is the oldest of them. */
    private static ProcessIdentity oldest(ProcessIdentity a, ProcessIdentity b) {
        return a.startTicks() < b.startTicks() || (a.startTicks() == b.startTicks() && a.pid() < b.pid()) ? a : b;
    }

    void start(String name) {
        find(name).start();
    }

    void stop(String name) throws IOException, InterruptedException {
        find(name).stop("TERM", STOP_GRACE);
    }

    void kill(String name) throws IOException, InterruptedException {
        find(name).stop("KILL", STOP_GRACE);
    }

    void restart(String name) throws IOException, InterruptedException {
        var supervised = find(name);
        supervised.stop("TERM", STOP_GRACE);
        supervised.start();
    }

    void pause(String name) throws IOException {
        running(name).signal("STOP");
        journal.write(name + " paused");
    }

    void resume(String name) throws IOException {
        running(name).signal("CONT");
        journal.write(name + " goes on");
    }

    /** Ends every process of the lab; this one is to exit afterwards. */
    void shutDown() throws InterruptedException {
        processes.values().forEach(Supervised::release);
        timer.shutdownNow();
        try {
            Teardown.run(plan, files, purpose);
            records.clear();
            journal.write("the lab is down");
        } catch (IOException e) {
            throw new LabException("The lab could not be ended: " + e.getMessage() + ".", e);
        }
    }

    private ProcessIdentity running(String name) {
        var process = find(name).record().identity();
        if (process == null) {
            throw new LabException(name + " is not running.");
        }
        return process;
    }

    private Supervised find(String name) {
        var supervised = processes.get(name);
        if (supervised == null) {
            throw new LabException("There is no process '" + name + "' in this lab; it has "
                    + String.join(", ", processes.keySet()) + ".");
        }
        return supervised;
    }

    /** Records what is now. One at a time, so that an older state never overwrites a newer one. */
    private synchronized void onChange(String what) {
        journal.write(what);
        try {
            records.save(
                    Stream.concat(Stream.of(self), processes.values().stream().map(Supervised::record))
                            .toList());
        } catch (IOException e) {
            journal.write("cannot record the state of the processes: " + e.getMessage());
        }
    }
}
