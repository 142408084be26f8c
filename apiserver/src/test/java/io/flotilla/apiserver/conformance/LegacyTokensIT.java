package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.apiserver.authn.TokenKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tokens of service accounts that secrets hold, as the controller manager of older clusters made them. */
@ExtendWith(Cluster.class)
class LegacyTokensIT {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final Cluster.Running cluster;
    private final Rest admin;
    private String namespace = "";
    private String space = "";

    LegacyTokensIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
    }

    @BeforeEach
    void newNamespace() throws Exception {
        namespace = cluster.namespace();
        space = "/api/v1/namespaces/" + namespace;
    }

    /** Makes an account that names the secrets, and returns its UID. */
    private String account(String name, String... secrets) throws Exception {
        var account = Json.object("{metadata: {name: '%s'}, secrets: []}", name);
        for (String secret : secrets) {
            account.withArray("secrets").addObject().put("name", secret);
        }
        return admin.post(space + "/serviceaccounts", account).expect(201).at("/metadata/uid");
    }

    private String token(String account, String uid, String secret) throws GeneralSecurityException {
        String prefix = "kubernetes.io/serviceaccount/";
        JsonNode claims = Json.object(
                        "{iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:%s:%s'}", namespace, account)
                .put(prefix + "namespace", namespace)
                .put(prefix + "secret.name", secret)
                .put(prefix + "service-account.name", account)
                .put(prefix + "service-account.uid", uid);
        String content = encode(Json.object("{alg: 'RS256'}")) + "." + encode(claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(TokenKeys.privateKey(cluster.certificates().key("sa")));
        signature.update(content.getBytes(StandardCharsets.UTF_8));
        return content + "." + URL.encodeToString(signature.sign());
    }

    private static String encode(JsonNode json) {
        return URL.encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void secret(String name, String account, String token, String labels) throws Exception {
        admin.post(
                        space + "/secrets",
                        Json.object(
                                "{metadata: {name: '%s', labels: {%s}, annotations: {'kubernetes.io/service-account.name':"
                                        + " '%s'}}, type: 'kubernetes.io/service-account-token', stringData: {token:"
                                        + " '%s'}}",
                                name, labels, account, token))
                .expect(201);
    }

    private Reply review(String token, String spec) throws Exception {
        return admin.post(
                        "/apis/authentication.k8s.io/v1/tokenreviews",
                        Json.object("{spec: {token: '%s'%s}}", token, spec))
                .expect(201);
    }

    private boolean isGood(String token) throws Exception {
        return review(token, "").at("/status/authenticated").equals("true");
    }

    private String lastUsed(String secret) throws Exception {
        return admin.get(space + "/secrets/" + secret)
                .expect(200)
                .at("/metadata/labels/kubernetes.io~1legacy-token-last-used");
    }

    @Test
    void aSecretsTokenStandsForItsAccount() throws Exception {
        LocalDate before = LocalDate.now(ZoneOffset.UTC);
        String uid = account("bot");
        String token = token("bot", uid, "of-bot");
        secret("of-bot", "bot", token, "");
        assertThat(lastUsed("of-bot")).isEmpty();

        Rest bot = cluster.anonymous().with("authorization", "Bearer " + token);
        Reply who = bot.post(
                        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                        Json.object("{apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'}"))
                .expect(201);
        assertThat(who.json().at("/status/userInfo"))
                .isEqualTo(Json.object(
                        "{username: 'system:serviceaccount:%s:bot', uid: '%s', groups: ['system:serviceaccounts',"
                                + " 'system:serviceaccounts:%s', 'system:authenticated']}",
                        namespace, uid, namespace));
        assertThat(who.warnings()).isEmpty();
        assertThat(LocalDate.parse(lastUsed("of-bot"))).isBetween(before, LocalDate.now(ZoneOffset.UTC));

        JsonNode review = review(token, "").json().path("status");
        assertThat(review.path("user")).isEqualTo(who.json().at("/status/userInfo"));
        assertThat(review.path("audiences"))
                .isEqualTo(
                        Json.object("{a: ['https://kubernetes.default.svc']}").path("a"));
        assertThat(review(token, ", audiences: ['vault', 'https://kubernetes.default.svc']")
                        .json()
                        .at("/status/audiences"))
                .isEqualTo(review.path("audiences"));
        assertThat(review(token, ", audiences: ['vault']").json().path("status").has("authenticated"))
                .isFalse();
    }

    @Test
    void whoeverUsesATokenThatWasMadeForTheAccountIsToldOfBetterOnes() throws Exception {
        String token = token("bot", account("bot", "of-bot"), "of-bot");
        secret("of-bot", "bot", token, "");
        Rest bot = cluster.anonymous().with("authorization", "Bearer " + token);
        for (int i = 0; i < 2; i++) {
            assertThat(bot.get("/api").expect(200).warnings())
                    .containsExactly(
                            "299 - \"Use tokens from the TokenRequest API or manually created secret-based tokens"
                                    + " instead of auto-generated secret-based tokens.\"");
        }
    }

    @Test
    void aTokenIsWorthNothingThatItsSecretDoesNotHold() throws Exception {
        String uid = account("bot");
        String token = token("bot", uid, "of-bot");
        assertThat(isGood(token)).isFalse();
        cluster.anonymous().with("authorization", "Bearer " + token).get("/api").expect(401);
        secret("of-bot", "bot", token("other", uid, "of-bot"), "");
        assertThat(isGood(token)).isFalse();
        assertThat(isGood(token("other", uid, "of-bot"))).isFalse();

        String foreign = token("bot", "another-uid", "foreign");
        secret("foreign", "bot", foreign, "");
        assertThat(isGood(foreign)).isFalse();
        assertThat(lastUsed("foreign")).isEmpty();
    }

    @Test
    void aTokenEndsWithItsSecretAndWithItsAccount() throws Exception {
        String uid = account("bot");
        for (String name : new String[] {"a", "b"}) {
            String token = token("bot", uid, name);
            secret(name, "bot", token, "");
            assertThat(isGood(token)).isTrue();
            admin.delete(space + (name.equals("a") ? "/secrets/a" : "/serviceaccounts/bot"))
                    .expect(200);
            Awaitility.await().until(() -> !isGood(token));
        }
    }

    @Test
    void aTokenThatIsMarkedInvalidIsRefusedAndItsUseNoted() throws Exception {
        String token = token("bot", account("bot", "of-bot"), "of-bot");
        secret("of-bot", "bot", token, "'kubernetes.io/legacy-token-invalid-since': '2026-01-01'");
        assertThat(isGood(token)).isFalse();
        assertThat(lastUsed("of-bot")).isNotEmpty();
    }

    @Test
    void theClusterKnowsSinceWhenUsesAreNoted() throws Exception {
        Reply since = admin.get(
                        "/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking")
                .expect(200);
        assertThat(LocalDate.parse(since.at("/data/since"))).isBeforeOrEqualTo(LocalDate.now(ZoneOffset.UTC));
    }
}
