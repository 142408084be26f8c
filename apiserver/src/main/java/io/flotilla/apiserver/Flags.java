package io.flotilla.apiserver;

import io.flotilla.apiserver.rest.RestServer;
import io.flotilla.apiserver.storage.EtcdConfig;
import io.flotilla.apiserver.tracing.OpenTelemetryTracing;
import io.flotilla.apiserver.tracing.Tracing;
import io.flotilla.apiserver.tracing.TracingConfiguration;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The API server's flags, named as kube-apiserver names them. */
public final class Flags {
    @Option(
            names = "--etcd-servers",
            required = true,
            split = ",",
            paramLabel = "URL",
            description = "URLs of the etcd members, separated by commas.")
    private List<URI> etcdServers = List.of();

    @Option(names = "--etcd-cafile", paramLabel = "FILE", description = "CA of the etcd members.")
    private @Nullable Path etcdCaFile;

    @Option(names = "--etcd-certfile", paramLabel = "FILE", description = "Client certificate for etcd.")
    private @Nullable Path etcdCertFile;

    @Option(names = "--etcd-keyfile", paramLabel = "FILE", description = "Key of the client certificate for etcd.")
    private @Nullable Path etcdKeyFile;

    @Option(
            names = "--etcd-compaction-interval",
            defaultValue = "5m",
            paramLabel = "DURATION",
            description = "Time between compactions of etcd; 0 for none (default: ${DEFAULT-VALUE}).")
    private Duration etcdCompactionInterval = Duration.ofMinutes(5);

    @Option(
            names = "--bind-address",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String bindAddress = "127.0.0.1";

    @Option(
            names = "--secure-port",
            defaultValue = "6443",
            paramLabel = "PORT",
            description = "Port of the REST API; 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int securePort = 6443;

    @Option(
            names = "--grpc-port",
            defaultValue = "6444",
            paramLabel = "PORT",
            description = "Port of the gRPC API of the components; 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int grpcPort = 6444;

    @Option(names = "--tls-cert-file", required = true, paramLabel = "FILE", description = "Serving certificate.")
    private @Nullable Path tlsCertFile;

    @Option(
            names = "--tls-private-key-file",
            required = true,
            paramLabel = "FILE",
            description = "Key of the serving certificate.")
    private @Nullable Path tlsPrivateKeyFile;

    @Option(
            names = "--client-ca-file",
            required = true,
            paramLabel = "FILE",
            description = "CA of the client certificates.")
    private @Nullable Path clientCaFile;

    @Option(
            names = "--advertise-address",
            paramLabel = "ADDRESS",
            description = "Address at which clients reach this server (default: the address listened on).")
    private @Nullable String advertiseAddress;

    @Option(
            names = "--service-cluster-ip-range",
            defaultValue = "10.96.0.0/16",
            paramLabel = "CIDR",
            description = "Range of cluster IPs (default: ${DEFAULT-VALUE}).")
    private String serviceClusterIpRange = "10.96.0.0/16";

    @Option(
            names = "--service-node-port-range",
            defaultValue = "30000-32767",
            paramLabel = "FROM-TO",
            description = "Range of node ports (default: ${DEFAULT-VALUE}).")
    private String serviceNodePortRange = "30000-32767";

    @Option(
            names = "--service-account-key-file",
            split = ",",
            paramLabel = "FILE",
            description =
                    "Public or private RSA keys that verify service account tokens" + " (default: the signing key).")
    private List<Path> serviceAccountKeyFiles = List.of();

    @Option(
            names = "--service-account-signing-key-file",
            paramLabel = "FILE",
            description = "Private RSA key that signs service account tokens.")
    private @Nullable Path serviceAccountSigningKeyFile;

    @Option(
            names = "--service-account-issuer",
            defaultValue = "https://kubernetes.default.svc",
            paramLabel = "URL",
            description = "Issuer of service account tokens (default: ${DEFAULT-VALUE}).")
    private String serviceAccountIssuer = "https://kubernetes.default.svc";

    @Option(
            names = "--kubelet-client-certificate",
            paramLabel = "FILE",
            description = "Client certificate for node agents.")
    private @Nullable Path kubeletClientCertificate;

    @Option(names = "--kubelet-client-key", paramLabel = "FILE", description = "Key of the certificate for agents.")
    private @Nullable Path kubeletClientKey;

    @Option(names = "--kubelet-certificate-authority", paramLabel = "FILE", description = "CA of the node agents.")
    private @Nullable Path kubeletCertificateAuthority;

    @Option(
            names = "--storage-media-type",
            defaultValue = "application/json",
            paramLabel = "TYPE",
            description = "Media type of stored objects; only application/json (default: ${DEFAULT-VALUE}).")
    private String storageMediaType = "application/json";

    @Option(
            names = "--legacy-apis",
            defaultValue = "false",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description =
                    "Whether versions that Kubernetes no longer serves, such as extensions/v1beta1, are served, with"
                            + " a warning that names what to use instead (default: ${DEFAULT-VALUE}).")
    private boolean legacyApis;

    @Option(
            names = "--tracing-config-file",
            paramLabel = "FILE",
            description = "A TracingConfiguration of apiserver.config.k8s.io: where spans are sent, and how many"
                    + " (default: none are).")
    private @Nullable Path tracingConfigFile;

    @Mixin
    private ServingFlags serving = new ServingFlags();

    @Mixin
    private AggregationFlags aggregation = new AggregationFlags();

    AggregationFlags aggregation() {
        return aggregation;
    }

    boolean legacyApis() {
        return legacyApis;
    }

    ServingFlags serving() {
        return serving;
    }

    EtcdConfig etcd() {
        if (!storageMediaType.equals("application/json")) {
            throw new IllegalArgumentException(
                    "--storage-media-type: " + storageMediaType + " is not supported, only application/json");
        }
        return new EtcdConfig(
                etcdServers,
                Optional.ofNullable(etcdCaFile),
                Optional.ofNullable(etcdCertFile),
                Optional.ofNullable(etcdKeyFile));
    }

    Tracing tracing() {
        return tracingConfigFile == null
                ? Tracing.OFF
                : OpenTelemetryTracing.open(
                        TracingConfiguration.read(tracingConfigFile),
                        advertiseAddress() + ":" + rest().port(),
                        Clock.systemUTC());
    }

    Duration etcdCompactionInterval() {
        return etcdCompactionInterval;
    }

    RestServer.Config rest() {
        return new RestServer.Config(
                bindAddress,
                port("--secure-port", securePort),
                tlsCertFile(),
                tlsPrivateKeyFile(),
                clientCaFile(),
                aggregation.requestHeaderClientCa(),
                aggregation.requestHeaderAllowedNames());
    }

    String bindAddress() {
        return bindAddress;
    }

    String advertiseAddress() {
        return advertiseAddress == null ? bindAddress : advertiseAddress;
    }

    int grpcPort() {
        return port("--grpc-port", grpcPort);
    }

    Path tlsCertFile() {
        return given(tlsCertFile);
    }

    Path tlsPrivateKeyFile() {
        return given(tlsPrivateKeyFile);
    }

    Path clientCaFile() {
        return given(clientCaFile);
    }

    public String serviceClusterIpRange() {
        return serviceClusterIpRange;
    }

    public String serviceNodePortRange() {
        return serviceNodePortRange;
    }

    public List<Path> serviceAccountKeyFiles() {
        return serviceAccountKeyFiles.isEmpty() && serviceAccountSigningKeyFile != null
                ? List.of(serviceAccountSigningKeyFile)
                : serviceAccountKeyFiles;
    }

    public Optional<Path> serviceAccountSigningKeyFile() {
        return Optional.ofNullable(serviceAccountSigningKeyFile);
    }

    public String serviceAccountIssuer() {
        return serviceAccountIssuer;
    }

    Optional<Path> kubeletClientCertificate() {
        return Optional.ofNullable(kubeletClientCertificate);
    }

    Optional<Path> kubeletClientKey() {
        return Optional.ofNullable(kubeletClientKey);
    }

    Optional<Path> kubeletCertificateAuthority() {
        return Optional.ofNullable(kubeletCertificateAuthority);
    }

    private static Path given(@Nullable Path path) {
        if (path == null) {
            throw new IllegalStateException("read before the command line was parsed");
        }
        return path;
    }

    private static int port(String flag, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(flag + ": " + port + " is not a port");
        }
        return port;
    }
}
