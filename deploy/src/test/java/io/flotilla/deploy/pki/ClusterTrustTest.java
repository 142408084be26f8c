package io.flotilla.deploy.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.deploy.plan.Claims;
import io.flotilla.deploy.plan.LabFiles;
import io.flotilla.deploy.plan.Plan;
import io.flotilla.deploy.plan.Planner;
import io.flotilla.deploy.plan.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTrustTest {
    @TempDir
    private Path directory = Path.of("");

    private LabFiles files = new LabFiles(Path.of(""));
    private ClusterTrust trust = new ClusterTrust(Path.of(""));

    @BeforeEach
    void setUp() throws IOException {
        files = new LabFiles(directory.resolve("lab"));
        trust = new ClusterTrust(files.pki());
        trust.prepare(plan(Request.NOTHING), files);
    }

    @Test
    void every_component_has_the_identity_that_kubernetes_knows_it_by() throws Exception {
        assertThat(subject(trust.certificate("scheduler"))).isEqualTo("CN=system:kube-scheduler");
        assertThat(subject(trust.certificate("controller-manager"))).isEqualTo("CN=system:kube-controller-manager");
        assertThat(subject(trust.certificate("proxy-2"))).isEqualTo("CN=system:kube-proxy");
        assertThat(subject(trust.certificate("node-2"))).isEqualTo("CN=system:node:node-2,O=system:nodes");
        assertThat(subject(trust.certificate("admin"))).isEqualTo("CN=kubernetes-admin,O=system:masters");
    }

    @Test
    void certificates_are_signed_by_their_authority() throws Exception {
        read(trust.certificate("node-1")).verify(read(trust.authority()).getPublicKey());
        read(trust.etcdCertificate("etcd-1")).verify(read(trust.etcdAuthority()).getPublicKey());
    }

    @Test
    void a_certificate_of_the_cluster_is_worth_nothing_to_etcd() throws Exception {
        assertThat(read(trust.authority()).getPublicKey())
                .isNotEqualTo(read(trust.etcdAuthority()).getPublicKey());
    }

    @Test
    void extension_servers_know_the_front_proxy_by_an_authority_of_its_own() throws Exception {
        var frontProxy = read(trust.frontProxyCertificate());
        assertThat(frontProxy.getSubjectX500Principal().getName()).isEqualTo("CN=front-proxy-client");
        frontProxy.verify(read(trust.frontProxyAuthority()).getPublicKey());
        assertThat(read(trust.frontProxyAuthority()).getPublicKey())
                .isNotEqualTo(read(trust.authority()).getPublicKey());
    }

    @Test
    void an_api_server_may_be_addressed_by_service_name_and_address() throws Exception {
        assertThat(alternativeNames(trust.certificate("apiserver")))
                .contains("kubernetes.default.svc", "localhost", "127.0.0.1")
                .anyMatch(name -> name.matches("127\\.\\d+\\.0\\.1") && !name.equals("127.0.0.1"));
    }

    @Test
    void nothing_can_be_read_by_others() throws IOException {
        try (var paths = Files.walk(files.pki())) {
            for (var file : paths.filter(Files::isRegularFile).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.kubeconfig())))
                .isEqualTo("rw-------");
    }

    @Test
    void what_is_there_is_kept_and_what_is_new_is_added() throws IOException {
        var before = Files.readString(trust.certificate("node-1"));

        trust.prepare(plan(new Request(null, null, null, null, 4, null, null, null, null)), files);

        assertThat(Files.readString(trust.certificate("node-1"))).isEqualTo(before);
        assertThat(trust.certificate("node-4")).exists();
    }

    @Test
    void the_kubeconfig_has_a_context_for_the_balancer_and_one_for_each_api_server() throws IOException {
        assertThat(Files.readString(files.kubeconfig()))
                .contains("current-context: flotilla\n")
                .contains("- name: apiserver-1\n  context:", "- name: apiserver-3\n  context:")
                .contains("    user: kubernetes-admin");
    }

    @Test
    void a_client_context_can_be_made_of_the_files() throws Exception {
        assertThat(Trust.client(trust.authority(), trust.certificate("admin"), trust.key("admin"))
                        .getProtocol())
                .isEqualTo("TLS");
    }

    private Plan plan(Request request) throws IOException {
        return new Planner(files, new Claims(directory.resolve("blocks"))).plan(request);
    }

    private static String subject(Path certificate) throws GeneralSecurityException, IOException {
        return read(certificate).getSubjectX500Principal().getName();
    }

    private static List<String> alternativeNames(Path certificate) throws GeneralSecurityException, IOException {
        return read(certificate).getSubjectAlternativeNames().stream()
                .map(entry -> String.valueOf(entry.get(1)))
                .toList();
    }

    private static X509Certificate read(Path file) throws GeneralSecurityException, IOException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    }
}
