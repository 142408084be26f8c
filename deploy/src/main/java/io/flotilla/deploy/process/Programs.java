package io.flotilla.deploy.process;

import io.flotilla.deploy.pki.ClusterTrust;
import io.flotilla.deploy.plan.ContainerRuntime;
import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Listener;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.process.JavaProgram.Purpose;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Works out from a plan how each of its processes is run. */
public final class Programs {
    /** The environment variables that mark a process as one of a lab, and say which of it. */
    public static final String LAB_VARIABLE = "FLOTILLA_LAB";

    public static final String PROCESS_VARIABLE = "FLOTILLA_PROCESS";

    private static final int REQUESTS_PER_PROCESSOR = 8;

    /** Simulated pods cost next to nothing, so a node takes many more than Kubernetes' 110. */
    private static final int SIMULATED_PODS = 4000;

    private final Plan plan;
    private final LabFiles files;
    private final ClusterTrust trust;
    private final String etcd;
    private final Map<Kind, List<String>> commands = new EnumMap<>(Kind.class);

    private Programs(Plan plan, LabFiles files, String etcd) {
        this.plan = plan;
        this.files = files;
        this.trust = new ClusterTrust(files.pki());
        this.etcd = etcd;
    }

    /** Every process of the plan whose program the distribution has, in the order of kinds. */
    public static List<Program> of(Plan plan, LabFiles files, Distribution distribution, String etcd, Purpose purpose)
            throws IOException {
        var programs = new Programs(plan, files, etcd);
        programs.prepareCommands(distribution, purpose);
        var all = new ArrayList<Program>();
        for (var kind : Kind.values()) {
            if (kind != Kind.ETCD && !programs.commands.containsKey(kind)) {
                continue;
            }
            for (int number = 1; number <= plan.size().of(kind); number++) {
                all.add(programs.program(kind, number));
            }
        }
        return all;
    }

    private void prepareCommands(Distribution distribution, Purpose purpose) throws IOException {
        var directory = files.processes().resolveSibling("arguments");
        Files.createDirectories(directory);
        for (var kind : Kind.values()) {
            if (kind != Kind.ETCD && javaProgram(kind).isBuiltInto(distribution)) {
                var spacious =
                        Runtime.getRuntime().availableProcessors() > plan.size().of(kind);
                commands.put(kind, javaProgram(kind).command(distribution, directory, purpose, spacious));
            }
        }
    }

    private static JavaProgram javaProgram(Kind kind) {
        return switch (kind) {
            case API_SERVER -> JavaProgram.API_SERVER;
            case BALANCER -> JavaProgram.BALANCER;
            case CONTROLLER_MANAGER -> JavaProgram.CONTROLLER_MANAGER;
            case SCHEDULER -> JavaProgram.SCHEDULER;
            case AGENT -> JavaProgram.AGENT;
            case PROXY -> JavaProgram.PROXY;
            case ETCD -> throw new IllegalArgumentException("etcd is not a Java program");
        };
    }

    private Program program(Kind kind, int number) {
        var name = kind.name(number);
        var node = switch (kind) {
            case AGENT, PROXY -> Plan.node(number);
            case ETCD, API_SERVER, BALANCER, CONTROLLER_MANAGER, SCHEDULER -> "";
        };
        var command = new ArrayList<>(kind == Kind.ETCD ? List.of(etcd) : commands.getOrDefault(kind, List.of()));
        command.addAll(
                switch (kind) {
                    case ETCD -> etcd(number);
                    case API_SERVER -> apiServer(number);
                    case BALANCER -> balancer();
                    case CONTROLLER_MANAGER -> leading(kind, number);
                    case SCHEDULER -> leading(kind, number);
                    case AGENT -> agent(number);
                    case PROXY -> proxy(number);
                });
        return new Program(
                name,
                kind,
                number,
                node,
                address(plan, kind, number),
                command,
                files.log(name),
                readiness(plan, kind, number));
    }

    /** Where a process serves those whom it is for. */
    public static String address(Plan plan, Kind kind, int number) {
        return plan.address(
                kind,
                number,
                switch (kind) {
                    case ETCD -> Listener.CLIENT;
                    case AGENT -> Listener.GRPC;
                    case API_SERVER, BALANCER, CONTROLLER_MANAGER, SCHEDULER, PROXY -> Listener.HTTPS;
                });
    }

    /** What a process is asked to learn whether it can do its work. */
    public static URI readiness(Plan plan, Kind kind, int number) {
        return switch (kind) {
            case ETCD -> URI.create("http://" + plan.address(kind, number, Listener.METRICS) + "/health");
            case API_SERVER, BALANCER, CONTROLLER_MANAGER, SCHEDULER ->
                URI.create("https://" + plan.address(kind, number, Listener.HTTPS) + "/readyz");
            // As in Kubernetes, the health of what runs on nodes is asked in the clear.
            case AGENT, PROXY -> URI.create("http://" + plan.address(kind, number, Listener.HTTPS) + "/readyz");
        };
    }

    private List<String> etcd(int number) {
        var name = Kind.ETCD.name(number);
        var client = "https://" + plan.address(Kind.ETCD, number, Listener.CLIENT);
        var peer = "https://" + plan.address(Kind.ETCD, number, Listener.PEER);
        var members = IntStream.rangeClosed(1, plan.size().etcd())
                .mapToObj(i -> Kind.ETCD.name(i) + "=https://" + plan.address(Kind.ETCD, i, Listener.PEER))
                .collect(Collectors.joining(","));
        var certificate = trust.etcdCertificate(name);
        var key = trust.etcdKey(name);
        return List.of(
                "--name=" + name,
                "--data-dir=" + files.etcdData(name),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--listen-metrics-urls=http://" + plan.address(Kind.ETCD, number, Listener.METRICS),
                "--initial-cluster=" + members,
                "--initial-cluster-token=" + plan.id(),
                "--initial-cluster-state=new",
                "--client-cert-auth",
                "--trusted-ca-file=" + trust.etcdAuthority(),
                "--cert-file=" + certificate,
                "--key-file=" + key,
                "--peer-client-cert-auth",
                "--peer-trusted-ca-file=" + trust.etcdAuthority(),
                "--peer-cert-file=" + certificate,
                "--peer-key-file=" + key,
                "--logger=zap",
                "--log-outputs=stderr");
    }

    private List<String> apiServer(int number) {
        var etcdServers = plan.addresses(Kind.ETCD, Listener.CLIENT).stream()
                .map(address -> "https://" + address)
                .collect(Collectors.joining(","));
        return List.of(
                "--etcd-servers=" + etcdServers,
                "--etcd-cafile=" + trust.etcdAuthority(),
                "--etcd-certfile=" + trust.etcdCertificate("apiserver-client"),
                "--etcd-keyfile=" + trust.etcdKey("apiserver-client"),
                "--bind-address=" + plan.host(Kind.API_SERVER, number),
                "--secure-port=" + plan.port(Kind.API_SERVER, number, Listener.HTTPS),
                "--grpc-port=" + plan.port(Kind.API_SERVER, number, Listener.GRPC),
                "--tls-cert-file=" + trust.certificate("apiserver"),
                "--tls-private-key-file=" + trust.key("apiserver"),
                "--client-ca-file=" + trust.authority(),
                "--max-requests-inflight=" + requestsInFlight(),
                "--max-mutating-requests-inflight=" + requestsInFlight(),
                "--service-cluster-ip-range=" + plan.blocks().serviceCidr(),
                "--service-account-key-file=" + trust.serviceAccountPublicKey(),
                "--service-account-signing-key-file=" + trust.serviceAccountKey(),
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                "--kubelet-client-certificate=" + trust.certificate("apiserver-kubelet-client"),
                "--kubelet-client-key=" + trust.key("apiserver-kubelet-client"),
                "--kubelet-certificate-authority=" + trust.authority(),
                "--proxy-client-cert-file=" + trust.frontProxyCertificate(),
                "--proxy-client-key-file=" + trust.frontProxyKey(),
                "--requestheader-client-ca-file=" + trust.frontProxyAuthority(),
                "--requestheader-allowed-names=front-proxy-client");
    }

    /** So many that the processors are busy; more would only wait for each other, and leases among them. */
    private static int requestsInFlight() {
        return REQUESTS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    }

    private List<String> balancer() {
        return List.of(
                "--listen=" + plan.address(Kind.BALANCER, 1, Listener.HTTPS),
                "--backends=" + String.join(",", plan.addresses(Kind.API_SERVER, Listener.HTTPS)),
                "--certificate-authority=" + trust.authority());
    }

    private List<String> leading(Kind kind, int number) {
        var arguments = new ArrayList<>(component(kind, number, kind.word()));
        arguments.add("--tls-cert-file=" + trust.certificate(kind.word()));
        arguments.add("--tls-private-key-file=" + trust.key(kind.word()));
        arguments.add("--leader-elect=true");
        arguments.addAll(plan.profile().electionFlags());
        if (kind == Kind.CONTROLLER_MANAGER) {
            arguments.add("--root-ca-file=" + trust.authority());
            arguments.add("--service-account-private-key-file=" + trust.serviceAccountKey());
        }
        return arguments;
    }

    private List<String> agent(int number) {
        var node = Plan.node(number);
        var arguments = new ArrayList<>(component(Kind.AGENT, number, node));
        arguments.addAll(List.of(
                "--hostname-override=" + node,
                "--node-ip=" + plan.blocks().nodeAddress(number),
                "--port=" + plan.port(Kind.AGENT, number, Listener.GRPC),
                "--tls-cert-file=" + trust.certificate(node),
                "--tls-private-key-file=" + trust.key(node),
                "--client-ca-file=" + trust.authority(),
                "--pod-cidr=" + plan.blocks().podCidr(number),
                "--root-dir=" + files.nodeRoot(node),
                "--container-runtime-endpoint=" + plan.runtime().flag()));
        if (plan.runtime() == ContainerRuntime.SIM) {
            arguments.add("--max-pods=" + SIMULATED_PODS);
        }
        return arguments;
    }

    private List<String> proxy(int number) {
        var arguments = new ArrayList<>(component(Kind.PROXY, number, Kind.PROXY.name(number)));
        arguments.addAll(List.of(
                "--hostname-override=" + Plan.node(number),
                "--node-ip=" + plan.blocks().nodeAddress(number),
                "--proxy-mode=userspace",
                "--nodeport-addresses=" + plan.blocks().nodeAddress(number) + "/32"));
        return arguments;
    }

    /** What every component but the API server takes. */
    private List<String> component(Kind kind, int number, String certificate) {
        Path crt = trust.certificate(certificate);
        return List.of(
                "--servers=" + String.join(",", plan.addresses(Kind.API_SERVER, Listener.GRPC)),
                "--certificate-authority=" + trust.authority(),
                "--client-certificate=" + crt,
                "--client-key=" + trust.key(certificate),
                "--bind-address=" + plan.host(kind, number),
                "--secure-port=" + plan.port(kind, number, Listener.HTTPS));
    }
}
