package io.flotilla.apiserver.registry.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.apiserver.admission.CertificateSubjectRestriction;
import io.flotilla.apiserver.admission.NodeRestriction;
import io.flotilla.apiserver.authz.Authorizer;
import io.flotilla.apiserver.registry.SubresourceHandler;
import io.flotilla.apiserver.registry.WriteContext;
import io.flotilla.apiserver.request.User;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SigningRequestTest {
    private static final KeyPair KEYS = keys("EC");
    private static final String GOOD = request(KEYS, KEYS, "SHA256withECDSA", "O=developers,CN=jane");
    private static final String SIGNERS = "spec.signerName: Invalid value: ";

    private final Kind requests = new Kind("certificates.k8s.io", "v1", "certificatesigningrequests");

    private static KeyPair keys(String algorithm) {
        try {
            return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String type, byte[] content) {
        String text = "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
        return base64(text);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A request with the key of one pair, signed by another. */
    private static String request(KeyPair key, KeyPair signer, String algorithm, String subject) {
        try {
            return pem(
                    "CERTIFICATE REQUEST",
                    new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), key.getPublic())
                            .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
                            .getEncoded());
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String certificate() {
        try {
            X500Name name = new X500Name("CN=jane");
            return pem(
                    "CERTIFICATE",
                    new JcaX509v3CertificateBuilder(
                                    name,
                                    BigInteger.ONE,
                                    Date.from(Instant.EPOCH),
                                    Date.from(Instant.EPOCH.plusSeconds(60)),
                                    name,
                                    KEYS.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(KEYS.getPrivate()))
                            .getEncoded());
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String spec(String fields) {
        return "{spec: {request: '" + GOOD + "', signerName: 'example.com/serving', usages: ['client auth']"
                + (fields.isEmpty() ? "" : ", ") + fields + "}}";
    }

    @Test
    void good_requests_of_every_kind_of_key_are_taken() {
        assertThat(requests.refusals(spec("expirationSeconds: 600"))).isEmpty();
        for (String[] each : new String[][] {{"RSA", "SHA256withRSA"}, {"Ed25519", "Ed25519"}}) {
            KeyPair keys = keys(each[0]);
            assertThat(requests.refusals(spec("request: '" + request(keys, keys, each[1], "CN=a") + "'")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            signerName: '' | spec.signerName: Required value
            signerName: 'serving' | spec.signerName: Invalid value: "serving": must be a fully qualified domain and path of the form 'example.com/signer-name'
            signerName: 'a.b/c/d' | spec.signerName: Invalid value: "a.b/c/d": must be a fully qualified domain and path of the form 'example.com/signer-name'
            signerName: 'local/serving' | spec.signerName: Invalid value: "local": should be a domain with at least two segments separated by dots
            signerName: 'kubernetes.io/legacy-unknown' | spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version
            usages: [] | spec.usages: Required value
            usages: ['any', 'any'] | spec.usages[1]: Duplicate value: "any"
            expirationSeconds: 599 | spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)
            """)
    void a_bad_spec_is_refused_for_one_reason(String fields, String finding) {
        assertThat(requests.refusals(spec(fields))).containsExactly(finding);
    }

    @Test
    void labels_of_the_signer_are_checked_up_to_the_first_bad_one() {
        assertThat(requests.refusals(spec("signerName: 'A.B/c'")))
                .singleElement()
                .asString()
                .startsWith(SIGNERS + "\"A.B\": validating label \"A\": a lowercase RFC 1123 label must consist of");
        assertThat(requests.refusals(spec("signerName: 'a.b/C'")))
                .singleElement()
                .asString()
                .startsWith(SIGNERS + "\"C\": validating label \"C\": a lowercase RFC 1123 subdomain must consist of");
    }

    @Test
    void an_unknown_usage_is_told_with_all_known_ones() {
        assertThat(requests.refusals(spec("usages: ['flying']")))
                .containsExactly("spec.usages[0]: Unsupported value: \"flying\": supported values: \"any\","
                        + " \"cert sign\", \"client auth\", \"code signing\", \"content commitment\", \"crl sign\","
                        + " \"data encipherment\", \"decipher only\", \"digital signature\", \"email protection\","
                        + " \"encipher only\", \"ipsec end system\", \"ipsec tunnel\", \"ipsec user\","
                        + " \"key agreement\", \"key encipherment\", \"microsoft sgc\", \"netscape sgc\","
                        + " \"ocsp signing\", \"s/mime\", \"server auth\", \"signing\", \"timestamping\"");
    }

    @Test
    void what_is_no_signed_request_is_refused() {
        String stolen = request(KEYS, keys("EC"), "SHA256withECDSA", "CN=thief");
        String broken = pem("CERTIFICATE REQUEST", new byte[] {0x30, 3, 2, 1, 1});
        String cut = pem("CERTIFICATE REQUEST", new byte[] {0x30, 0x7f});
        String text = base64("hello");
        String other = certificate();
        for (String[] each : new String[][] {
            {"", "PEM block type must be CERTIFICATE REQUEST"},
            {text, "PEM block type must be CERTIFICATE REQUEST"},
            {other, "PEM block type must be CERTIFICATE REQUEST"},
            {broken, "asn1: structure error: not a certificate request"},
            {cut, "asn1: structure error: not a certificate request"},
            {stolen, "x509: ECDSA verification failure"}
        }) {
            assertThat(requests.refusals(spec("request: '" + each[0] + "'")))
                    .containsExactly("spec.request: Invalid value: \"" + each[0] + "\": " + each[1]);
        }
    }

    private List<String> statusRefusals(String before, String after) {
        ObjectNode old = requests.stored(spec(""));
        old.set("status", Kind.parse(before));
        ObjectNode now = old.deepCopy();
        now.set("status", Kind.parse(after));
        requests.strategy().prepareForStatusUpdate(requests.context("it"), now, old);
        return Kind.told(requests.strategy().validateStatusUpdate(requests.context("it"), now, old));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {} | {conditions: [{type: 'Approved', status: 'True'}]} | status.conditions: Forbidden: updates may not add a condition of type "Approved"
            {conditions: [{type: 'Denied', status: 'True', message: 'a'}]} | {conditions: [{type: 'Denied', status: 'True', message: 'b'}]} | status.conditions: Forbidden: updates may not modify a condition of type "Denied"
            {conditions: [{type: 'Failed', status: 'True'}]} | {} | status.conditions: Forbidden: updates may not remove a condition of type "Failed"
            {} | {conditions: [{status: 'True'}]} | status.conditions[0].type: Required value
            {} | {conditions: [{type: 'Odd'}]} | status.conditions[0].status: Required value
            {} | {conditions: [{type: 'Odd', status: 'Maybe'}]} | status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"
            {} | {conditions: [{type: 'Failed', status: 'False'}]} | status.conditions[0].status: Unsupported value: "False": supported values: "True"
            {} | {conditions: [{type: 'Odd', status: 'True'}, {type: 'Odd', status: 'True'}]} | status.conditions[1].type: Duplicate value: "Odd"
            {} | {certificate: 'eA=='} | status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block
            """)
    void a_status_that_breaks_a_rule_is_refused(String before, String after, String finding) {
        assertThat(statusRefusals(before, after)).containsExactly(finding);
    }

    @Test
    void a_certificate_is_set_once_and_is_one() {
        String good = certificate();
        assertThat(statusRefusals("{}", "{certificate: '" + good + "'}")).isEmpty();
        assertThat(statusRefusals("{certificate: '" + good + "'}", "{certificate: '" + certificate() + "'}"))
                .containsExactly("status.certificate: Forbidden: updates may not modify existing certificate content");
        assertThat(statusRefusals("{}", "{certificate: '" + GOOD + "'}"))
                .containsExactly("status.certificate: Invalid value: \"<certificate data>\": only CERTIFICATE PEM"
                        + " blocks are allowed, found \"CERTIFICATE REQUEST\"");
        assertThat(statusRefusals("{}", "{certificate: '" + pem("CERTIFICATE", new byte[] {1, 2}) + "'}"))
                .containsExactly(
                        "status.certificate: Invalid value: \"<certificate data>\": x509: malformed certificate");
        String headed = new String(Base64.getDecoder().decode(good), StandardCharsets.UTF_8)
                .replace("CERTIFICATE-----\nM", "CERTIFICATE-----\nA: b\n\nM");
        assertThat(statusRefusals("{}", "{certificate: '" + base64(headed) + "'}"))
                .containsExactly("status.certificate: Invalid value: \"<certificate data>\": no PEM block headers are"
                        + " permitted");
    }

    private void decide(SubresourceHandler handler, String conditions) {
        handler.update(
                requests.context("it"),
                Kind.parse("{metadata: {name: 'it'}, status: {conditions: " + conditions
                        + ", certificate: 'aWdub3JlZA=='}}"));
    }

    @Test
    void approval_decides_for_good_and_nothing_else() {
        requests.created(spec(""));
        SubresourceHandler approval = requests.handler("approval");
        assertThatThrownBy(() ->
                        decide(approval, "[{type: 'Approved', status: 'True'}, {type: 'Denied', status: 'True'}]"))
                .hasMessage(
                        "CertificateSigningRequest.certificates.k8s.io \"it\" is invalid: status.conditions[1].type:"
                                + " Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive");
        decide(approval, "[{type: 'Approved', status: 'True'}]");
        ObjectNode approved = approval.read(requests.context("it"));
        assertThat(approved.path("status").has("certificate")).isFalse();
        assertThat(approved.at("/status/conditions/0/lastTransitionTime").asText())
                .isEqualTo(Kind.NOW.toString());
        assertThatThrownBy(() -> decide(approval, "[]"))
                .hasMessageEndingWith("updates may not remove a condition of type \"Approved\"");
    }

    @Test
    void who_decides_may_say_why_in_annotations() {
        requests.created(spec(""));
        SubresourceHandler approval = requests.handler("approval");
        approval.update(
                requests.context("it"),
                Kind.parse("{metadata: {name: 'it', annotations: {why: 'known'}}, spec: {signerName: 'ignored'},"
                        + " status: {conditions: [{type: 'Approved', status: 'True'}]}}"));
        ObjectNode approved = approval.read(requests.context("it"));
        assertThat(approved.at("/metadata/annotations/why").asText()).isEqualTo("known");
        assertThat(approved.at("/spec/signerName").asText()).isEqualTo("example.com/serving");
        assertThatThrownBy(() -> approval.update(
                        requests.context("it"),
                        Kind.parse("{metadata: {name: 'it', labels: {'a b': 'c'}}, status: {}}")))
                .hasMessageContaining("metadata.labels: Invalid value: \"a b\"");
    }

    @Test
    void only_those_whom_the_signer_is_granted_decide_and_sign() {
        requests.created(spec(""));
        requests.kinds.withReviews(() -> (user, asked) -> new Authorizer.Decision(
                asked.resource().equals("signers")
                        && asked.name().equals("example.com/*")
                        && asked.verb().equals("sign"),
                ""));
        assertThatThrownBy(() -> decide(requests.handler("approval"), "[{type: 'Approved', status: 'True'}]"))
                .hasMessage("certificatesigningrequests.certificates.k8s.io \"it\" is forbidden: user not permitted to"
                        + " approve requests with signerName \"example.com/serving\"");
        var signing = requests.kinds.admission().getLast();
        ObjectNode old = requests.stored(spec(""));
        ObjectNode signed = old.deepCopy();
        signed.putObject("status").put("certificate", "eA==");
        assertThatCode(() -> signing.validate(requests.context("it"), signed, old))
                .doesNotThrowAnyException();
        ((ObjectNode) old.get("spec")).put("signerName", "other.com/x");
        assertThatThrownBy(() -> signing.validate(requests.context("it"), signed, old))
                .hasMessage("certificatesigningrequests.certificates.k8s.io \"it\" is forbidden: user not permitted to"
                        + " sign requests with signerName \"other.com/x\"");
        assertThatCode(() -> signing.validate(requests.context("it"), old, old)).doesNotThrowAnyException();
    }

    @Test
    void no_one_asks_to_be_almighty() {
        CertificateSubjectRestriction restriction = new CertificateSubjectRestriction();
        String almighty = request(KEYS, KEYS, "SHA256withECDSA", "O=developers,O=system:masters,CN=jane");
        String client = "signerName: 'kubernetes.io/kube-apiserver-client', request: '";
        assertThatThrownBy(() -> restriction.validate(
                        requests.context(""), requests.stored(spec(client + almighty + "'")), null))
                .hasMessage("certificatesigningrequests.certificates.k8s.io \"it\" is forbidden: use of"
                        + " kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed");
        for (String fine : List.of(client + GOOD + "'", "request: '" + almighty + "'")) {
            assertThatCode(() -> restriction.validate(requests.context(""), requests.stored(spec(fine)), null))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            O=system:nodes,CN=system:node:n1 | kubernetes.io/kubelet-serving | ^^
            O=system:nodes,CN=system:node:n2 | kubernetes.io/kubelet-serving | can only create a node CSR with CN=system:node:n1
            O=system:nodes,CN=system:node:n2 | kubernetes.io/kube-apiserver-client-kubelet | can only create a node CSR with CN=system:node:n1
            O=system:nodes | kubernetes.io/kubelet-serving | can only create a node CSR with CN=system:node:n1
            CN=jane | example.com/serving | ^^
            """)
    void a_node_asks_for_certificates_of_its_own_name(String subject, String signer, String refusal) {
        ObjectNode request = requests.defaulted("{spec: {request: '" + request(KEYS, KEYS, "SHA256withECDSA", subject)
                + "', signerName: '" + signer + "'}}");
        WriteContext context = new WriteContext(
                requests.resource(),
                "",
                "",
                new User("system:node:n1", "", List.of("system:nodes"), Map.of()),
                false,
                Kind.NOW,
                requests.store,
                _ -> {});
        NodeRestriction plugin = new NodeRestriction(new SchemaResources(Kind.SCHEMA));
        if (refusal.isEmpty()) {
            assertThatCode(() -> plugin.admit(context, request, null)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> plugin.admit(context, request, null))
                    .hasMessage("certificatesigningrequests.certificates.k8s.io \"it\" is forbidden: " + refusal);
        }
    }
}
