package io.flotilla.apiserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Acting as someone else, as {@code kubectl --as} does. */
@ExtendWith(Cluster.class)
class ImpersonationIT {
    private static final String SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String USER = "impersonate-user";
    private static final String GROUP = "impersonate-group";

    private final Cluster.Running cluster;
    private final Rest admin;
    private final Rest alice;

    ImpersonationIT(Cluster.Running cluster) {
        this.cluster = cluster;
        this.admin = cluster.admin();
        this.alice = cluster.as(Cluster.ALICE);
    }

    private static Reply self(Rest rest) throws Exception {
        return rest.post(SELF, Json.object("{}")).expect(201);
    }

    @Test
    void whoeverMayActsAsAnother() throws Exception {
        Reply bob = self(admin.with(
                USER,
                "bob",
                GROUP,
                "builders",
                GROUP,
                "painters",
                "impersonate-uid",
                "b-1",
                "Impersonate-Extra-acme.com%2fproject",
                "bridge"));

        assertThat(bob.at("/status/userInfo/username")).isEqualTo("bob");
        assertThat(bob.at("/status/userInfo/uid")).isEqualTo("b-1");
        assertThat(bob.json().at("/status/userInfo/groups").valueStream().map(each -> each.asText()))
                .containsExactly("builders", "painters", "system:authenticated");
        assertThat(bob.json()
                        .at("/status/userInfo/extra")
                        .path("acme.com/project")
                        .path(0)
                        .asText())
                .isEqualTo("bridge");
        admin.with(USER, "bob")
                .get(PODS)
                .refused(
                        403,
                        "Forbidden",
                        "pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"");
        admin.with(USER, "bob", GROUP, "system:masters").get(PODS).expect(200);
    }

    @Test
    void aServiceAccountComesWithItsGroups() throws Exception {
        Reply account = self(admin.with(USER, "system:serviceaccount:default:builder"));
        assertThat(account.json().at("/status/userInfo/groups").valueStream().map(each -> each.asText()))
                .containsExactly("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated");
    }

    @Test
    void theAnonymousStayUnauthenticated() throws Exception {
        admin.with(USER, "system:anonymous").get("/version").expect(200);
        admin.with(USER, "system:anonymous").get(PODS).expect(403);
    }

    @Test
    void whoeverMayNotIsToldWhatIsMissing() throws Exception {
        String cannot = "User \"alice\" cannot impersonate resource ";
        alice.with(USER, "bob")
                .get(PODS)
                .refused(
                        403,
                        "Forbidden",
                        "users \"bob\" is forbidden: " + cannot + "\"users\" in API group \"\" at the cluster scope");
        alice.with(USER, "system:serviceaccount:default:builder")
                .get(PODS)
                .refused(
                        403,
                        "Forbidden",
                        "serviceaccounts \"builder\" is forbidden: " + cannot
                                + "\"serviceaccounts\" in API group \"\" in the namespace \"default\"");
    }

    @Test
    void eachPartIsGrantedByItself() throws Exception {
        String rbac = "/apis/rbac.authorization.k8s.io/v1";
        admin.post(
                        rbac + "/clusterroles",
                        Json.object("{metadata: {name: 'as-carol'}, rules: [{apiGroups: [''], resources: ['users'],"
                                + " resourceNames: ['carol'], verbs: ['impersonate']}]}"))
                .expect(201);
        admin.post(
                        rbac + "/clusterrolebindings",
                        Json.object("{metadata: {name: 'as-carol'}, roleRef: {apiGroup: 'rbac.authorization.k8s.io',"
                                + " kind: 'ClusterRole', name: 'as-carol'}, subjects: [{kind: 'User',"
                                + " apiGroup: 'rbac.authorization.k8s.io', name: 'alice'}]}"))
                .expect(201);
        Rest carol = alice.with(USER, "carol");
        Awaitility.await().until(() -> carol.post(SELF, Json.object("{}")).code() == 201);

        assertThat(self(carol).at("/status/userInfo/username")).isEqualTo("carol");
        alice.with(USER, "dave").get(PODS).expect(403);
        carol.with(GROUP, "system:masters")
                .get(PODS)
                .refused(
                        403,
                        "Forbidden",
                        "groups \"system:masters\" is forbidden: User \"alice\" cannot impersonate resource"
                                + " \"groups\" in API group \"\" at the cluster scope");
        carol.with("impersonate-extra-scopes", "all")
                .get(PODS)
                .refused(
                        403,
                        "Forbidden",
                        "userextras.authentication.k8s.io \"all\" is forbidden: User \"alice\" cannot impersonate"
                                + " resource \"userextras/scopes\" in API group \"authentication.k8s.io\" at the cluster scope");
        carol.with("impersonate-uid", "1")
                .get(PODS)
                .refused(
                        403,
                        "Forbidden",
                        "uids.authentication.k8s.io \"1\" is forbidden: User \"alice\" cannot impersonate resource"
                                + " \"uids\" in API group \"authentication.k8s.io\" at the cluster scope");
    }

    @Test
    void nobodyIsImpersonatedInPart() throws Exception {
        Reply reply = admin.with(GROUP, "developers").get(PODS).expect(500);
        assertThat(reply.text())
                .isEqualTo("Internal Server Error: \"" + PODS
                        + "\": requested [{Group  developers    }] without impersonating a user\n");
        assertThat(cluster.anonymous().with(USER, "bob").get(PODS).code()).isEqualTo(401);
    }
}
