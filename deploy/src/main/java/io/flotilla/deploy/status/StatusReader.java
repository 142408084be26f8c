package io.flotilla.deploy.status;

import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.pki.Trust;
import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Listener;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.probe.HttpProbe;
import io.flotilla.deploy.process.JavaProgram;
import io.flotilla.deploy.process.ProcessIdentity;
import io.flotilla.deploy.process.Programs;
import io.flotilla.deploy.supervisor.ProcessRecord;
import io.flotilla.deploy.supervisor.Records;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Asks every process of a lab how it is, all at once. Needs no supervisor: what runs is on record, and is asked itself; so a
 * lab whose supervisor was killed can be seen like any other.
 */
public final class StatusReader {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Plan plan;
    private final Map<String, ProcessRecord> records;
    private final HttpProbe probe;
    private final EtcdMembers etcd;
    private final Leases leases;

    public StatusReader(Plan plan, LabFiles files) {
        this.plan = plan;
        this.records = new Records(files)
                .load().stream().collect(Collectors.toMap(ProcessRecord::name, Function.identity(), (a, b) -> b));
        var trust = new ClusterTrust(files.pki());
        try {
            probe = new HttpProbe(
                    Trust.client(trust.authority(), trust.certificate("admin"), trust.key("admin")), PATIENCE);
            etcd = new EtcdMembers(new HttpProbe(
                    Trust.client(trust.etcdAuthority(), trust.etcdCertificate("client"), trust.etcdKey("client")),
                    PATIENCE));
        } catch (GeneralSecurityException | IOException e) {
            throw new LabException("The certificates of the lab cannot be used: " + e.getMessage() + ".", e);
        }
        leases = new Leases(probe, plan.addresses(Kind.API_SERVER, Listener.HTTPS));
    }

    /** Every process of the plan, the supervisor first. */
    public List<ProcessStatus> read() throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var leaseOf = Map.of(
                    Kind.SCHEDULER, ask(threads, () -> leases.read("kube-scheduler")),
                    Kind.CONTROLLER_MANAGER, ask(threads, () -> leases.read("kube-controller-manager")));
            var answers = new ArrayList<Future<ProcessStatus>>();
            for (var kind : Kind.values()) {
                for (int i = 1; i <= plan.size().of(kind); i++) {
                    var number = i;
                    if (!records.isEmpty() && !records.containsKey(kind.name(number))) {
                        continue;
                    }
                    var lease = leaseOf.get(kind);
                    answers.add(threads.submit(() -> {
                        var holder = lease == null ? Optional.<Leases.Lease>empty() : lease.get();
                        return status(kind, number, holder);
                    }));
                }
            }
            var all = new ArrayList<ProcessStatus>();
            all.add(supervisor());
            for (var answer : answers) {
                all.add(answer.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static <T> Future<T> ask(ExecutorService threads, Callable<T> question) {
        return threads.submit(question);
    }

    private ProcessStatus supervisor() {
        var name = JavaProgram.SUPERVISOR.word();
        var process = running(name);
        return new ProcessStatus(
                name,
                name,
                "",
                process.map(ProcessIdentity::pid).orElse(0L),
                "",
                "",
                false,
                process.isPresent() && !process.get().isPaused(),
                process.isPresent() ? state(process.get()) : "dead",
                0,
                process.map(ProcessIdentity::residentBytes).orElse(0L),
                0,
                "");
    }

    private ProcessStatus status(Kind kind, int number, Optional<Leases.Lease> lease) {
        var name = kind.name(number);
        var record = records.getOrDefault(name, new ProcessRecord(name, ProcessRecord.State.WAITING, null, 0, ""));
        var process = running(name);
        var address = Programs.address(plan, kind, number);
        var ready = process.isPresent() && probe.isReady(Programs.readiness(plan, kind, number));
        var leadership = switch (kind) {
            case ETCD -> process.isPresent() ? etcd.ask(address) : Leadership.NONE;
            case API_SERVER, BALANCER -> new Leadership(ready ? "active" : "", false, 0);
            case SCHEDULER, CONTROLLER_MANAGER ->
                process.map(running -> leadership(running, lease)).orElse(Leadership.NONE);
            case AGENT, PROXY -> Leadership.NONE;
        };
        return new ProcessStatus(
                name,
                kind.word(),
                kind == Kind.AGENT || kind == Kind.PROXY ? Plan.node(number) : "",
                process.map(ProcessIdentity::pid).orElse(0L),
                address,
                leadership.role(),
                leadership.leader(),
                ready,
                process.map(StatusReader::state).orElseGet(() -> word(record.state())),
                leadership.term(),
                process.map(ProcessIdentity::residentBytes).orElse(0L),
                record.restarts(),
                record.lastExit());
    }

    private static Leadership leadership(ProcessIdentity process, Optional<Leases.Lease> lease) {
        return lease.map(held -> Leadership.of(
                        List.of(held.holder().split("_")).contains(Long.toString(process.pid())),
                        "standby",
                        held.transitions()))
                .orElse(Leadership.NONE);
    }

    private Optional<ProcessIdentity> running(String name) {
        return Optional.ofNullable(records.get(name))
                .flatMap(record -> Optional.ofNullable(record.identity()))
                .filter(ProcessIdentity::isAlive);
    }

    private static String state(ProcessIdentity process) {
        return process.isPaused() ? "paused" : "running";
    }

    /** A process that is recorded as running but gone died while no supervisor was there to see it. */
    private static String word(ProcessRecord.State state) {
        return switch (state) {
            case RUNNING, DEAD -> "dead";
            case BACK_OFF -> "back-off";
            case WAITING, STOPPED -> state.name().toLowerCase(Locale.ROOT);
        };
    }
}
