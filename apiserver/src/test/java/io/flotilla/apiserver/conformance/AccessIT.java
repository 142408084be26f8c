package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may what, and what the others are told. */
@ExtendWith(Cluster.class)
class AccessIT {
    private final Cluster.Running cluster;
    private final Rest admin;
    private final Rest alice;

    AccessIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
        this.alice = cluster.as(Cluster.ALICE);
    }

    @Test
    void strangersSeeHealthAndVersionAlone() throws Exception {
        Rest stranger = cluster.anonymous();
        for (String path :
                new String[] {"/healthz", "/livez", "/readyz", "/readyz?verbose", "/livez/ping", "/version"}) {
            // Etcd may be too slow to answer when its health is asked for.
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .untilAsserted(
                            () -> assertThat(stranger.get(path).code()).as(path).isIn(200, 404));
        }
        for (String path : new String[] {
            "/",
            "/api",
            "/apis",
            "/api/v1",
            "/api/v1/pods",
            "/metrics",
            "/openapi/v2",
            "/openapi/v3",
            "/nothing",
            "/healthzz"
        }) {
            Reply refused = stranger.get(path).refused(401, "Unauthorized", "Unauthorized");
            assertThat(refused.header("www-authenticate")).isNotEmpty();
        }
        stranger.post("/api/v1/namespaces", Json.object("{metadata: {name: 'x'}}"))
                .expect(401);
        stranger.with("authorization", "Bearer nonsense").get("/version").expect(401);
        stranger.with("authorization", "Basic YTpi").get("/api").expect(401);
    }

    @Test
    void refusalsNameUserVerbAndResource() throws Exception {
        String user = "User \"alice\" cannot ";
        alice.get("/api/v1/namespaces/default/pods")
                .refused(
                        403,
                        "Forbidden",
                        "pods is forbidden: " + user
                                + "list resource \"pods\" in API group \"\" in the namespace \"default\"");
        Reply named = alice.get("/api/v1/namespaces/default/pods/p")
                .refused(
                        403,
                        "Forbidden",
                        "pods \"p\" is forbidden: " + user
                                + "get resource \"pods\" in API group \"\" in the namespace \"default\"");
        assertThat(named.at("/details/name")).isEqualTo("p");
        assertThat(named.at("/details/kind")).isEqualTo("pods");
        alice.get("/api/v1/nodes")
                .refused(
                        403,
                        "Forbidden",
                        "nodes is forbidden: " + user
                                + "list resource \"nodes\" in API group \"\" at the cluster scope");
        alice.get("/apis/apps/v1/deployments?watch=1")
                .refused(
                        403,
                        "Forbidden",
                        "deployments.apps is forbidden: " + user
                                + "watch resource \"deployments\" in API group \"apps\" at the cluster scope");
        alice.delete("/apis/apps/v1/namespaces/default/deployments")
                .refused(
                        403,
                        "Forbidden",
                        "deployments.apps is forbidden: " + user
                                + "deletecollection resource \"deployments\" in API group \"apps\" in the namespace \"default\"");
        alice.patch("/apis/apps/v1/namespaces/default/deployments/d/scale", Rest.MERGE_PATCH, "{}")
                .refused(
                        403,
                        "Forbidden",
                        "deployments.apps \"d\" is forbidden: " + user
                                + "patch resource \"deployments/scale\" in API group \"apps\" in the namespace \"default\"");
        alice.get("/metrics").refused(403, "Forbidden", "forbidden: " + user + "get path \"/metrics\"");
        alice.post("/logs", Json.object("{}")).refused(403, "Forbidden", "forbidden: " + user + "post path \"/logs\"");
        alice.get("/api/v1/namespaces/none/configmaps/x").expect(403);
    }

    @Test
    void everyoneKnownMayDiscoverAndAskAboutThemselves() throws Exception {
        for (String path : new String[] {"/api", "/apis", "/api/v1", "/openapi/v3", "/version", "/healthz"}) {
            alice.get(path).expect(200);
        }
        Reply self = alice.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", Json.object("{}"))
                .expect(201);
        assertThat(self.at("/status/userInfo/username")).isEqualTo("alice");
        assertThat(self.json().at("/status/userInfo/groups").valueStream().map(each -> each.asText()))
                .containsExactly("developers", "system:authenticated");
        assertThat(self.json()
                        .at("/status/userInfo/extra/authentication.kubernetes.io~1credential-id/0")
                        .asText())
                .matches("X509SHA256=[0-9a-f]{64}");
        Reply may = alice.post(
                        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        Json.object(
                                "{spec: {resourceAttributes: {verb: 'list', resource: 'pods', namespace: 'default'}}}"))
                .expect(201);
        assertThat(may.at("/status/allowed")).isEqualTo("false");
    }

    @Test
    void rolesAllowWhatTheySay() throws Exception {
        String namespace = cluster.namespace();
        String rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace;
        admin.post(
                        rbac + "/roles",
                        Json.object(
                                "{metadata: {name: 'reader'}, rules: [{apiGroups: [''], resources: ['pods', 'configmaps'], verbs: ['get', 'list']}]}"))
                .expect(201);
        admin.post(
                        rbac + "/rolebindings",
                        Json.object(
                                "{metadata: {name: 'reader'}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader'}, subjects: [{kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'developers'}]}"))
                .expect(201);
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        Awaitility.await().until(() -> alice.get(pods).code() == 200);
        alice.get("/api/v1/namespaces/default/pods").expect(403);
        alice.get(pods + "?watch=1").expect(403);
        alice.delete(pods + "/p").expect(403);
        alice.post(rbac + "/roles", Json.object("{metadata: {name: 'more'}, rules: []}"))
                .expect(403);
    }

    @Test
    void serviceAccountsComeWithTokens() throws Exception {
        String namespace = cluster.namespace();
        Reply token = admin.post(
                        "/api/v1/namespaces/" + namespace + "/serviceaccounts/default/token",
                        Json.object("{spec: {expirationSeconds: 3600}}"))
                .expect(201);
        assertThat(token.at("/kind")).isEqualTo("TokenRequest");
        Rest account = cluster.anonymous().with("authorization", "Bearer " + token.at("/status/token"));
        account.get("/api/v1/namespaces/" + namespace + "/pods")
                .refused(
                        403,
                        "Forbidden",
                        "pods is forbidden: User \"system:serviceaccount:" + namespace
                                + ":default\" cannot list resource \"pods\" in API group \"\" in the namespace \""
                                + namespace + "\"");
        account.get("/api").expect(200);
        Reply review = admin.post(
                        "/apis/authentication.k8s.io/v1/tokenreviews",
                        Json.object("{spec: {token: '%s'}}", token.at("/status/token")))
                .expect(201);
        assertThat(review.at("/status/authenticated")).isEqualTo("true");
        assertThat(review.at("/status/user/username")).isEqualTo("system:serviceaccount:" + namespace + ":default");

        String ofTwo = admin.post(
                        "/api/v1/namespaces/" + namespace + "/serviceaccounts/default/token",
                        Json.object("{spec: {audiences: ['vault', 'mesh']}}"))
                .expect(201)
                .at("/status/token");
        Reply forVault = admin.post(
                        "/apis/authentication.k8s.io/v1/tokenreviews",
                        Json.object("{spec: {token: '%s', audiences: ['other', 'vault']}}", ofTwo))
                .expect(201);
        assertThat(forVault.json().at("/status/audiences"))
                .isEqualTo(Json.object("{a: ['vault']}").path("a"));

        admin.delete("/api/v1/namespaces/" + namespace + "/serviceaccounts/default")
                .expect(200);
        Awaitility.await()
                .untilAsserted(() -> assertThat(admin.post(
                                        "/apis/authentication.k8s.io/v1/tokenreviews",
                                        Json.object("{spec: {token: '%s'}}", token.at("/status/token")))
                                .expect(201)
                                .json()
                                .path("status")
                                .has("authenticated"))
                        .isFalse());
    }
}
