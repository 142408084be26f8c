package io.flotilla.deploy.pki;

import io.flotilla.deploy.plan.Kind;
import io.flotilla.deploy.plan.LabException;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Listener;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.plan.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Every key and certificate of one cluster, made where missing and never made anew. There are three authorities, as kubeadm has
 * them: who is certified by the cluster's may speak to API servers, only who is certified by etcd's may speak to etcd, and
 * extension servers believe only who is certified by the front proxy's when it tells for whom it asks.
 */
public final class ClusterTrust {
    private final Path directory;
    private final Path etcdDirectory;
    private final Path frontProxyDirectory;

    public ClusterTrust(Path directory) {
        this.directory = directory;
        this.etcdDirectory = directory.resolve("etcd");
        this.frontProxyDirectory = directory.resolve("front-proxy");
    }

    public Path authority() {
        return directory.resolve("ca.crt");
    }

    public Path etcdAuthority() {
        return etcdDirectory.resolve("ca.crt");
    }

    public Path certificate(String name) {
        return directory.resolve(name + ".crt");
    }

    public Path key(String name) {
        return directory.resolve(name + ".key");
    }

    public Path etcdCertificate(String name) {
        return etcdDirectory.resolve(name + ".crt");
    }

    public Path etcdKey(String name) {
        return etcdDirectory.resolve(name + ".key");
    }

    public Path frontProxyAuthority() {
        return frontProxyDirectory.resolve("ca.crt");
    }

    /** What API servers show to extension servers. */
    public Path frontProxyCertificate() {
        return frontProxyDirectory.resolve("client.crt");
    }

    public Path frontProxyKey() {
        return frontProxyDirectory.resolve("client.key");
    }

    /** The key by which service account tokens are signed, and its public half. */
    public Path serviceAccountKey() {
        return directory.resolve("sa.key");
    }

    public Path serviceAccountPublicKey() {
        return directory.resolve("sa.pub");
    }

    /** Makes what the plan needs and is not there yet, and writes the kubeconfig. */
    public void prepare(Plan plan, LabFiles files) {
        try {
            Files.createDirectories(etcdDirectory);
            Files.createDirectories(frontProxyDirectory);
            var now = Instant.now();
            var random = new SecureRandom();
            var etcdKey = keyUnless(etcdAuthority(), random);
            var key = keyUnless(authority(), random);
            var frontProxyKey = keyUnless(frontProxyAuthority(), random);
            issueAll(
                    authority(etcdDirectory, "flotilla-etcd-ca", etcdKey, now, random),
                    etcdDirectory,
                    etcdIdentities(plan));
            issueAll(
                    authority(frontProxyDirectory, "flotilla-front-proxy-ca", frontProxyKey, now, random),
                    frontProxyDirectory,
                    Map.of("client", Identity.client("front-proxy-client")));
            issueAll(authority(directory, "flotilla-ca", key, now, random), directory, identities(plan));
            if (!Files.exists(serviceAccountPublicKey())) {
                keepServiceAccountKey(Authority.newPair(random));
            }
            PrivateFile.write(files.kubeconfig(), kubeconfig(plan));
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new LabException(
                    "The certificates in " + directory + " cannot be used: " + e.getMessage()
                            + "; restore them, or remove the lab with ./flotilla down --wipe.",
                    e);
        }
    }

    private static Authority authority(
            Path directory, String name, Optional<CompletableFuture<KeyPair>> newKey, Instant now, SecureRandom random)
            throws GeneralSecurityException, IOException {
        return newKey.isPresent()
                ? Authority.create(directory, name, newKey.get().join(), now, random)
                : Authority.load(directory, now, random);
    }

    /** An RSA key in the making, where that file is still to be made: to find one takes long, so all are sought at once. */
    private static Optional<CompletableFuture<KeyPair>> keyUnless(Path file, SecureRandom random)
            throws GeneralSecurityException {
        if (Files.exists(file)) {
            return Optional.empty();
        }
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048, random);
        return Optional.of(CompletableFuture.supplyAsync(
                generator::generateKeyPair,
                work -> Thread.ofPlatform().daemon().name("key").start(work)));
    }

    private static void issueAll(Authority authority, Path directory, Map<String, Identity> identities)
            throws GeneralSecurityException, IOException {
        for (var entry : identities.entrySet()) {
            if (!Files.exists(directory.resolve(entry.getKey() + ".crt"))) {
                authority.issue(directory, entry.getKey(), entry.getValue());
            }
        }
    }

    private static Map<String, Identity> etcdIdentities(Plan plan) {
        var identities = new LinkedHashMap<String, Identity>();
        for (int i = 1; i <= plan.size().etcd(); i++) {
            identities.put(Kind.ETCD.name(i), Identity.server(Kind.ETCD.name(i), List.of("localhost", "127.0.0.1")));
        }
        identities.put("client", Identity.client("flotilla-lab"));
        identities.put("apiserver-client", Identity.client("kube-apiserver-etcd-client"));
        return identities;
    }

    private static Map<String, Identity> identities(Plan plan) {
        var hosts = new ArrayList<>(List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "localhost",
                "127.0.0.1"));
        hosts.add(plan.blocks().firstServiceAddress());
        var local = List.of("localhost", "127.0.0.1");
        var identities = new LinkedHashMap<String, Identity>();
        identities.put("apiserver", Identity.server("kube-apiserver", hosts));
        identities.put("apiserver-kubelet-client", Identity.client("kube-apiserver-kubelet-client", "system:masters"));
        identities.put("admin", Identity.client("kubernetes-admin", "system:masters"));
        identities.put("scheduler", Identity.server("system:kube-scheduler", local));
        identities.put("controller-manager", Identity.server("system:kube-controller-manager", local));
        for (int i = 1; i <= plan.size().nodes(); i++) {
            var node = Plan.node(i);
            var addresses = List.of(node, "localhost", plan.blocks().nodeAddress(i), "127.0.0.1");
            identities.put(node, new Identity("system:node:" + node, "system:nodes", addresses));
            identities.put("proxy-" + i, Identity.server("system:kube-proxy", addresses));
        }
        return identities;
    }

    /** Not an RSA one: to sign with that takes a JVM that has just started fifteen times as long. */
    private void keepServiceAccountKey(KeyPair pair) throws IOException {
        PrivateFile.write(
                serviceAccountKey(), Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
        PrivateFile.write(
                serviceAccountPublicKey(),
                Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded()));
    }

    private String kubeconfig(Plan plan) throws IOException {
        var servers = new LinkedHashMap<String, String>();
        servers.put("flotilla", "https://" + plan.address(Kind.BALANCER, 1, Listener.HTTPS));
        for (int i = 1; i <= plan.size().apiservers(); i++) {
            servers.put(Kind.API_SERVER.name(i), "https://" + plan.address(Kind.API_SERVER, i, Listener.HTTPS));
        }
        return Kubeconfig.render(
                servers, "flotilla", "kubernetes-admin", authority(), certificate("admin"), key("admin"));
    }
}
